"""Settings: all mistakes at once, misspelt names refused, secrets never repeated."""

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
    assert len(lines) == 4


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
