"""Settings: all mistakes at once, misspelt names refused, secrets never repeated."""

from datetime import date
from pathlib import Path

import pytest

from digests.errors import ConfigError
from digests.settings import child_environment, load_settings, setting_names


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_is_a_sandbox_on_sqlite():
    settings = load_settings()
    assert settings.is_sandbox
    assert settings.store_url.startswith("sqlite:///")


def test_every_mistake_is_listed_at_once(monkeypatch):
    monkeypatch.setenv("PAPERPOST_TELEGRAM_TOKN", "1:A")
    monkeypatch.setenv("PAPERPOST_ENV", "staging")
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "mail.example.org")
    monkeypatch.setenv("PAPERPOST_LLM_CONCURRENCY", "many")
    with pytest.raises(ConfigError) as refused:
        load_settings()
    lines = str(refused.value).splitlines()
    assert "PAPERPOST_TELEGRAM_TOKN: no such setting; did you mean PAPERPOST_TELEGRAM_TOKEN?" in lines
    # The fifth: a mail server without a sender.
    assert len(lines) == 5


def test_a_misspelt_name_in_the_env_file_is_refused_too():
    Path(".env").write_text("PAPERPOST_HOMES=/x\n")
    with pytest.raises(ConfigError, match="did you mean PAPERPOST_HOME"):
        load_settings()


def test_the_env_file_is_read():
    Path(".env").write_text("OPENAI_BASE_URL=http://127.0.0.1:1/v1\nPAPERPOST_LLM_MODEL=small\n")
    settings = load_settings()
    assert (settings.llm_base_url, settings.llm_model) == ("http://127.0.0.1:1/v1", "small")


def test_an_empty_value_is_the_default(monkeypatch):
    monkeypatch.setenv("PAPERPOST_HOME", "")
    assert load_settings().home == Path("var")


def test_a_pause_between_two_polls_is_the_plans_unless_it_is_set(monkeypatch):
    monkeypatch.setenv("PAPERPOST_POLL_SECONDS", "")
    assert load_settings().poll_seconds is None
    monkeypatch.setenv("PAPERPOST_POLL_SECONDS", "90")
    assert load_settings().poll_seconds == 90


def test_a_password_is_never_repeated(monkeypatch):
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "ftp://user:hunter2@host")
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "smtp://user:hunter2@host")
    monkeypatch.setenv("PAPERPOST_MAIL_FROM", "a@example.org")
    assert "hunter2" not in repr(load_settings())


def test_a_mail_server_without_a_sender_is_refused(monkeypatch):
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "smtp://localhost")
    with pytest.raises(ConfigError, match="PAPERPOST_MAIL_FROM"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("OPENAI_API_KEY", "sk-hunter2"), ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")]
)
def test_the_shells_own_llm_is_not_the_sandboxs_and_needs_its_model_with_a_real_channel(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert not load_settings().has_llm
    monkeypatch.setenv("PAPERPOST_TELEGRAM_TOKEN", "1:A")
    with pytest.raises(ConfigError, match=r"^PAPERPOST_LLM_MODEL: an LLM is set, so the model's name is needed$"):
        load_settings()


def test_production_lists_all_that_is_missing(monkeypatch):
    monkeypatch.setenv("PAPERPOST_ENV", "production")
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert "DATABASE_URL" in str(refused.value)
    assert "PAPERPOST_TELEGRAM_TOKEN or PAPERPOST_SMTP_URL" in str(refused.value)


def test_one_real_channel_ends_the_sandbox(monkeypatch):
    monkeypatch.setenv("PAPERPOST_TELEGRAM_TOKEN", "1:A")
    assert not load_settings().is_sandbox


def test_a_child_process_reads_the_same_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://real.example.org/readers")
    monkeypatch.setenv("OPENAI_API_KEY", "real")
    settings = load_settings(database_url="", llm_api_key="sandbox", llm_model="m", home=tmp_path / "state")
    environment = child_environment(settings)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    child = load_settings()
    assert child.store_url == settings.store_url
    assert child.store_url.startswith("sqlite:")
    assert (child.llm_api_key, child.home) == (settings.llm_api_key, settings.home)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAPERPOST_SMTP_URL", "smtp://user:hunter2@host:abc"),
        ("PAPERPOST_SMTP_URL", "smtp://user:hunter2@host:99999"),
        ("PAPERPOST_SMTP_URL", "smtp://user:hunter2@[host"),
        ("PAPERPOST_ARXIV_LIST_URL", "http://user:hunter2@[host"),
        ("OPENAI_BASE_URL", "https://user:hunter2@host:abc/v1"),
        ("DATABASE_URL", "postgres:hunter2 garbage"),
        ("DATABASE_URL", "mysql://user:hunter2@host/x"),
        ("DATABASE_URL", "postgresql://user:hunter2@host:abc/x"),
        ("REDIS_URL", "nonsense hunter2"),
        ("REDIS_URL", "redis://:hunter2@host:abc/0"),
        ("REDIS_URL", "redis://:hunter2@host/first"),
        ("REDIS_URL", "redis://:hunter2@host/0?foo=bar"),
        # One of redis-py and Celery takes these, the other does not.
        ("REDIS_URL", "unix:///hunter2.sock"),
        ("REDIS_URL", "redis+socket:///hunter2.sock"),
        ("PAPERPOST_MAIL_FROM", "hunter2@b,c@d"),
        ("PAPERPOST_MAIL_FROM", "Ann <hunter2@example.org>"),
        ("PAPERPOST_MAIL_FROM", "hunter2@["),
        ("PAPERPOST_MAIL_FROM", "hunter2@"),
        ("PAPERPOST_MAIL_FROM", "张@hunter2.example"),
        ("PAPERPOST_CONTACT", "hunter2\r\nX-More: y"),
        ("PAPERPOST_CONTACT", "hunter2 张三"),
        ("PAPERPOST_LLM_TIMEOUT_SECONDS", "inf"),
        # The worker's sign of life would come too late.
        ("PAPERPOST_TICK_SECONDS", "121"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name_and_never_repeated(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    lines = [line for line in str(refused.value).splitlines() if "needed" not in line]
    assert len(lines) == 1
    assert lines[0].startswith((f"{name}: ", "PAPERPOST_LLM_BASE_URL: "))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:////folder/paperpost.db"),
        ("DATABASE_URL", "postgres://user:p%40ss@host/paperpost"),
        ("DATABASE_URL", "postgresql+psycopg:///paperpost?host=/run/postgresql"),
        ("REDIS_URL", "redis://127.0.0.1"),
        ("REDIS_URL", "redis://user:p%40ss@[::1]:6379/0"),
        ("REDIS_URL", "rediss://:password@host:6380/2?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem"),
        ("PAPERPOST_SMTP_URL", "smtp+starttls://user@example.org:app password@host:587"),
        ("PAPERPOST_MAIL_FROM", "paper.post+digest@localhost"),
        ("PAPERPOST_CONTACT", "Ann Example, mailto:ann@example.org"),
    ],
)
def test_a_value_that_can_be_is_taken(monkeypatch, name, value):
    monkeypatch.setenv("PAPERPOST_MAIL_FROM", "digest@example.org")
    monkeypatch.setenv(name, value)
    load_settings()


def test_a_bad_value_does_not_hide_what_production_misses(monkeypatch):
    monkeypatch.setenv("PAPERPOST_ENV", "production")
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "smtp://host:abc")
    monkeypatch.setenv("DATABASE_URL", "garbage")
    monkeypatch.setenv("OPENAI_BASE_URL", "garbage")
    monkeypatch.setenv("PAPERPOST_LLM_CONCURRENCY", "many")
    with pytest.raises(ConfigError) as refused:
        load_settings()
    # What is set but wrong is not missing.
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "DATABASE_URL",
        "PAPERPOST_SMTP_URL",
        "PAPERPOST_LLM_BASE_URL",
        "PAPERPOST_LLM_CONCURRENCY",
        "PAPERPOST_MAIL_FROM",
        "PAPERPOST_LLM_MODEL",
        "PAPERPOST_CONTACT",
        "REDIS_URL",
        "PAPERPOST_SECRET_KEY",
    ]


def test_a_misspelt_name_in_small_letters_is_refused_and_a_right_one_is_read(monkeypatch):
    monkeypatch.setenv("paperpost_contact", "ann@example.org")
    assert load_settings().contact == "ann@example.org"
    monkeypatch.setenv("paperpost_telegram_tokn", "1:A")
    with pytest.raises(ConfigError, match="paperpost_telegram_tokn: no such setting; did you mean PAPERPOST_TELEGRAM"):
        load_settings()


def test_a_child_process_does_not_see_our_names_in_small_letters(monkeypatch):
    monkeypatch.setenv("database_url", "postgresql://real.example.org/readers")
    assert "database_url" not in child_environment(load_settings(database_url=""))


def test_an_env_file_that_is_not_utf_8_is_one_clear_sentence():
    Path(".env").write_bytes("PAPERPOST_CONTACT=Jörg\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"\.env must be UTF-8 text"):
        load_settings()


def test_the_mark_that_windows_editors_begin_a_file_with_is_no_part_of_a_name():
    Path(".env").write_text("PAPERPOST_CONTACT=ann@example.org\n", "utf-8-sig")
    assert load_settings().contact == "ann@example.org"
    Path(".env").write_text("PAPERPOST_CONTCT=ann@example.org\n", "utf-8-sig")
    with pytest.raises(ConfigError, match=r"^PAPERPOST_CONTCT: no such setting; did you mean PAPERPOST_CONTACT"):
        load_settings()


def test_settings_as_text_show_no_password(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hunter2@host/x")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@host")
    settings = load_settings()
    assert "hunter2" in settings.store_url
    assert "hunter2" not in f"{settings} {settings!r}"


def test_operators_and_holidays_are_read(monkeypatch):
    monkeypatch.setenv("PAPERPOST_ADMIN_IDS", "12345678, 87654321,12345678")
    monkeypatch.setenv("PAPERPOST_HOLIDAYS", "2027-01-01 2026-12-29=open")
    settings = load_settings()
    assert settings.admins == (12345678, 87654321)
    assert settings.holiday_changes == {date(2027, 1, 1): True, date(2026, 12, 29): False}


def test_nothing_set_names_nobody_and_changes_no_holiday():
    settings = load_settings()
    assert (settings.admins, settings.holiday_changes) == ((), {})


@pytest.mark.parametrize(
    "value", ["@operator", "-100123", "0", "12.5", "１２３", "99999999999999999", "1;2", "12345678 x"]
)
def test_what_is_no_id_of_a_person_is_refused_at_start(monkeypatch, value):
    monkeypatch.setenv("PAPERPOST_ADMIN_IDS", value)
    with pytest.raises(ConfigError, match=r"^PAPERPOST_ADMIN_IDS: must be Telegram ids of people"):
        load_settings()


@pytest.mark.parametrize("value", ["tomorrow", "2026-02-30", "2026-12-29=closed", "9999-12-31", "0001-01-01", "=open"])
def test_what_is_no_day_is_refused_at_start(monkeypatch, value):
    monkeypatch.setenv("PAPERPOST_HOLIDAYS", value)
    with pytest.raises(ConfigError, match=r"^PAPERPOST_HOLIDAYS: must be dates with blanks between"):
        load_settings()


def test_a_day_cannot_be_a_holiday_and_none(monkeypatch):
    monkeypatch.setenv("PAPERPOST_HOLIDAYS", "2026-12-29 2026-12-29=open")
    with pytest.raises(ConfigError, match="says of 2026-12-29 both"):
        load_settings()
