"""`paperpost demo`: the whole main job through broker, worker, SMTP, HTTP and the Bot API, and what it leaves."""

import fcntl
import json
from email import message_from_bytes
from email.policy import default

import pytest

FILES = {"digest.html", "digest.txt", "digest.md", "telegram.html", "mail.eml", "report.json"}


def test_the_demo_delivers_the_sample_by_mail_and_chat(paperpost, home):
    said = paperpost("demo")
    out = home / "build" / "demo"
    report = json.loads((out / "report.json").read_text())
    (day,) = report["days"]
    assert report["is_delivered"]
    assert set(report["seconds"]) == {"collect", "summarise", "compose", "deliver", "total"}
    assert (sum(day["papers"].values()), day["matched"], day["summaries"]) == (26, 11, {"done": 11})
    assert {path.name for path in out.iterdir()} == FILES | {"state", "demo.lock"}
    mail = message_from_bytes((out / "mail.eml").read_bytes(), policy=default)
    assert (out / "digest.html").read_text() == mail.get_body(("html",)).get_content().replace("\r\n", "\n")
    assert "PAPERPOST_SMTP_URL" in said
    for name in FILES - {"report.json", "mail.eml"}:
        assert "TideGrip：用于折叠可变形物体的接触条件扩散策略" in (out / name).read_text()


def test_the_demo_takes_files_and_keywords(paperpost, sample_page, home):
    paperpost("demo", "--papers", sample_page, "--keywords", '"protein folding"; 扩散策略', "--out", home / "out")
    report = json.loads((home / "out/report.json").read_text())
    # Nothing matched: said in the chat, not by mail.
    assert (report["mails"], report["messages"], report["is_delivered"]) == (0, 1, True)


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--keywords", "(GRPO"], 2, "(GRPO"),
        (["--papers", "missing.html"], 1, "missing.html cannot be read"),
        (["--out", "/dev/null/demo"], 1, "cannot be written"),
    ],
)
def test_what_the_demo_cannot_do_is_said_before_anything_starts(paperpost, options, status, said):
    assert said in paperpost.refused("demo", *options, status=status)


def test_the_demo_empties_no_folder_but_its_own(paperpost, home):
    thesis = home / "thesis" / "chapter.tex"
    thesis.parent.mkdir()
    thesis.write_text("\\chapter{One}")
    assert "chapter.tex" in paperpost.refused("demo", "--out", thesis.parent, status=2)
    assert thesis.exists()


def test_two_demos_do_not_share_a_folder(paperpost, home):
    out = home / "out"
    out.mkdir()
    with (out / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another demo is running" in paperpost.refused("demo", "--out", out, status=2)
