"""Every command as a person types it, right and wrong."""

import json

import pytest

from sandbox.mailbox import Mailbox, serve_mailbox

SAMPLE_DAY = "2026-11-20"


def test_ingest_says_what_each_file_brought_and_the_second_time_nothing_is_new(paperpost, sample_page):
    (first,) = paperpost.json("ingest", sample_page)
    assert (first["scope"], first["announced_on"]) == ("cs", SAMPLE_DAY)
    assert (first["entries"], first["new"], first["known"], first["broken"]) == (26, 26, 0, 0)
    (again,) = paperpost.json("ingest", sample_page)
    assert (again["new"], again["known"]) == (0, 26)


def test_ingest_goes_on_after_a_file_that_cannot_be_read(paperpost, sample_page, write):
    garbage = write("letter.txt", "Dear arXiv")
    result = paperpost.result("ingest", garbage, "missing.html", sample_page)
    assert result.exit_code == 1
    assert "letter.txt" in result.stderr
    assert "missing.html: cannot be read: No such file or directory" in result.stderr
    assert "26" in paperpost("status")


def test_ingest_refuses_another_format_than_the_one_named(paperpost, sample_page):
    paperpost("ingest", "--source", "rss", sample_page, status=1)


def test_match_shows_every_kind_and_where_it_matched(paperpost, sample_page):
    paperpost("ingest", sample_page)
    found = paperpost.json("match", "reinforcement learning", "--on", SAMPLE_DAY)
    assert (found["canonical"], found["on"], found["count"]) == ("reinforcement learning", SAMPLE_DAY, 5)
    assert {paper["kind"] for paper in found["papers"]} == {"new", "cross", "replace"}
    assert all("einforcement" in paper["matched"][0]["text"] for paper in found["papers"])


def test_no_hit_is_success(paperpost, sample_page):
    paperpost("ingest", sample_page)
    assert paperpost.json("match", '"protein folding"')["count"] == 0


def test_match_shows_each_of_several_keywords(paperpost, sample_page):
    paperpost("ingest", sample_page)
    typed = "reinforcement learning, “protein folding”；RL或RLHF"
    found = paperpost.json("match", typed)
    assert [one["query"] for one in found] == ["reinforcement learning", "“protein folding”", "RL或RLHF"]
    assert [one["count"] for one in found[:2]] == [5, 0]
    assert [section.split(": ")[0] for section in paperpost("match", typed).split("\n\n")] == [
        one["canonical"] for one in found
    ]
    assert paperpost.json("match", "reinforcement learning,") == found[0]


def test_match_refuses_a_broken_query_with_its_place(paperpost, sample_page):
    paperpost("ingest", sample_page)
    said = paperpost.refused("match", "(GRPO OR PPO", status=2)
    assert said.splitlines()[-2:] == ["(GRPO OR PPO", "^"]
    said = paperpost.refused("match", "agent, OR PPO", status=2)
    assert said.splitlines()[-2:] == ["OR PPO", "^"]


@pytest.mark.parametrize("typed", ["", " ", ",;"])
def test_match_without_a_keyword_is_wrong_use(paperpost, typed):
    paperpost.refused("match", typed, status=2)


def test_match_without_papers_says_what_to_do(paperpost):
    assert "paperpost ingest FILE" in paperpost.refused("match", "agent")


def test_a_date_that_is_none_is_wrong_use(paperpost):
    assert "2026-04-21" in paperpost.refused("match", "agent", "--on", "yesterday", status=2)


def test_a_reader_is_added_listed_shown_and_forgotten(paperpost):
    added = paperpost.json(
        "subscribers",
        "add",
        "--email",
        "Lin@Example.org",
        "--keyword",
        "agent; RAG",
        "--keyword",
        "agents",
        "--confirmed",
    )
    assert [keyword["typed"] for keyword in added["keywords"]] == ["agent", "RAG"]
    assert [reader["id"] for reader in paperpost.json("subscribers", "list")] == [added["id"]]
    assert paperpost.json("subscribers", "show", "Lin@example.org")["keywords"] == added["keywords"]
    paperpost("subscribers", "forget", "Lin@example.org", "--yes")
    assert paperpost.json("subscribers", "list") == []
    assert "unless they ask" in paperpost.refused("subscribers", "add", "--email", "Lin@example.org", status=2)


def test_one_reader_may_have_a_chat_and_a_mail_address(paperpost):
    added = paperpost.json("subscribers", "add", "--email", "lin@example.org", "--telegram", "42", "--confirmed")
    assert {target["channel"] for target in added["targets"]} == {"email", "telegram"}
    assert paperpost.json("subscribers", "show", "42")["id"] == added["id"]


def test_forget_asks_first(paperpost):
    paperpost("subscribers", "add", "--email", "lin@example.org")
    paperpost("subscribers", "forget", "lin@example.org", status=1, stdin="n\n")
    assert len(paperpost.json("subscribers", "list")) == 1


def test_wrong_readers_are_refused_with_a_sentence(paperpost):
    assert "--email" in paperpost.refused("subscribers", "add", status=2)
    assert "not-an-address" in paperpost.refused("subscribers", "add", "--email", "not-an-address", status=2)
    assert "nobody@example.org" in paperpost.refused("subscribers", "show", "nobody@example.org", status=2)
    assert "quan*tion" in paperpost.refused(
        "subscribers", "add", "--email", "a@example.org", "--keyword", "quan*tion", status=2
    )


def test_a_digest_can_be_previewed_in_every_format_and_sends_nothing(paperpost, sample_page, home):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "diffusion policy", "--confirmed")
    texts = {
        form: paperpost("digest", "lin@example.org", "--format", form)
        for form in ("html", "text", "markdown", "telegram", "json")
    }
    assert all("TideGrip" in text for text in texts.values())
    assert json.loads(texts["json"])["announced_on"] == SAMPLE_DAY
    paperpost("digest", "lin@example.org", "--out", home / "digest.txt")
    assert (home / "digest.txt").read_text().strip() == texts["text"].strip()
    assert paperpost.json("status")["deliveries"] == {}


def test_a_preview_without_a_summary_shows_the_english_labelled(paperpost, sample_page):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "diffusion policy")
    text = paperpost("digest", "lin@example.org")
    assert "暂无中文" in text
    assert "Folding cloth and other deformable objects" in text


def test_a_preview_into_a_folder_that_is_not_there_is_one_sentence(paperpost, sample_page, home):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "agent")
    said = paperpost.refused("digest", "lin@example.org", "--out", home / "none" / "digest.txt")
    assert "cannot be written: No such file or directory" in said


def test_run_delivers_everything_once(paperpost, sample_page, home):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "diffusion policy", "--confirmed")
    paperpost("subscribers", "add", "--telegram", "42", "--keyword", "ti:agent", "--confirmed")
    first = paperpost.json("run", "--on", SAMPLE_DAY)
    assert first["editions"] == 2
    assert set(first["deliveries"]) == {"sent"}
    assert set(first["summaries"]) == {"done"}
    mails = list((home / "state/sandbox/mail").glob("*.eml"))
    assert len(mails) == 1
    assert paperpost.json("run", "--on", SAMPLE_DAY)["deliveries"] == first["deliveries"]
    assert list((home / "state/sandbox/mail").glob("*.eml")) == mails


def test_run_sends_nothing_to_an_address_that_was_not_confirmed(paperpost, sample_page):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "diffusion policy")
    assert paperpost.json("run")["deliveries"] == {}


def test_run_on_a_day_without_papers_fails_with_advice(paperpost, sample_page):
    paperpost("ingest", sample_page)
    assert "No papers of 2020-01-01 are stored" in paperpost.refused("run", "--on", "2020-01-01")


def test_doctor_tells_what_to_set(paperpost):
    checks = {check["name"]: check for check in paperpost.json("doctor")["checks"]}
    assert checks["database"]["ok"]
    assert "PAPERPOST_TELEGRAM_TOKEN" in checks["Telegram"]["advice"]
    assert checks["mail"]["ok"] is None


def test_doctor_fails_when_a_set_channel_does_not_answer(paperpost, monkeypatch):
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("PAPERPOST_MAIL_FROM", "a@example.org")
    monkeypatch.setenv("PAPERPOST_ARXIV_LIST_URL", "http://127.0.0.1:9")
    result = paperpost.result("doctor")
    assert result.exit_code == 1
    assert "Check PAPERPOST_SMTP_URL" in result.stdout


def test_wrong_settings_are_listed_before_anything_happens(paperpost, monkeypatch, home):
    monkeypatch.setenv("PAPERPOST_TELEGRAM_TOKN", "1:A")
    monkeypatch.setenv("PAPERPOST_ENV", "staging")
    said = paperpost.refused("status", status=2)
    assert "did you mean PAPERPOST_TELEGRAM_TOKEN" in said
    assert "PAPERPOST_ENV" in said
    assert not (home / "state").exists()


def test_a_home_that_cannot_be_written_is_one_sentence(paperpost, monkeypatch, write):
    monkeypatch.setenv("PAPERPOST_HOME", str(write("file", "") / "state"))
    assert "PAPERPOST_HOME" in paperpost.refused("status")


def test_run_says_why_something_was_not_sent(paperpost, sample_page, monkeypatch):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "diffusion policy", "--confirmed")
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("PAPERPOST_MAIL_FROM", "post@example.org")
    said = paperpost("run", status=1)
    assert "1 deferred" in said
    assert "not sent    the mail server cannot be reached" in said
    assert paperpost.json("status")["deliveries"] == {"deferred": 1}


def test_what_was_sent_in_the_sandbox_is_sent_again_for_real(paperpost, sample_page, monkeypatch):
    paperpost("ingest", sample_page)
    paperpost("subscribers", "add", "--email", "lin@example.org", "--keyword", "diffusion policy", "--confirmed")
    paperpost("run")
    mailbox = Mailbox()
    with serve_mailbox(mailbox) as url:
        monkeypatch.setenv("PAPERPOST_SMTP_URL", url)
        monkeypatch.setenv("PAPERPOST_MAIL_FROM", "post@example.org")
        paperpost("run")
    (mail,) = mailbox.received
    # No model is set: English, labelled, and nothing of what the sandbox's model wrote.
    assert "暂无中文" in mail.message.get_body(("plain",)).get_content()


def test_a_file_that_has_a_date_is_not_stored_under_another(paperpost, sample_page):
    said = paperpost.refused("ingest", "--on", "2026-04-20", sample_page)
    assert "has a date of its own, 2026-11-20" in said
    assert paperpost.json("status")["batches"] == []


def test_doctor_works_where_the_database_does_not(paperpost, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:9/paperpost")
    result = paperpost.result("doctor")
    assert result.exit_code == 1
    assert "The database paperpost on 127.0.0.1 cannot be used" in " ".join(result.stdout.split())
