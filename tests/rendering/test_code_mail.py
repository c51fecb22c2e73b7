"""The mail with a code, and its headers."""

from datetime import UTC, datetime
from email.headerregistry import Address

import pytest

from digests.delivery.channel import Message
from digests.delivery.mime import build_mail
from digests.phrases import load_phrases
from digests.rendering.code_mail import render_code_mail
from tests.rendering.test_email import Elements

LANGUAGES = ("zh", "zh-Hant", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_the_code_how_long_it_holds_and_what_to_do_otherwise(language):
    mail, phrases = render_code_mail("012345", language=language), load_phrases(language)
    for text in (mail.text, Elements(mail.html).text):
        for sentence in ("code_headline", "code_asked", "code_ignore"):
            assert phrases(f"mail.{sentence}") in text
        assert phrases("mail.code_use", code="012345") in text
        assert phrases("mail.code_valid", minutes=30) in text
    assert "012345" in mail.subject
    assert mail.subject.splitlines() == [mail.subject]


def test_the_code_stands_large_and_alone():
    html = render_code_mail("012345").html
    assert '<div class="code" style="' in html
    assert ">012345</div>" in html
    assert "@media (prefers-color-scheme: dark)" in html


def test_it_looks_as_it_was_reviewed(golden):
    golden("code.text", render_code_mail("012345").text)


def test_it_offers_nothing_to_leave():
    mail = render_code_mail("012345")
    message = Message(
        address="zhang@example.org", subject=mail.subject, text=mail.text, html=mail.html, own_reference="code-1-ab"
    )
    sender = Address("论文邮差", addr_spec="digest@example.net")
    built = build_mail(message, sender=sender, sent_at=datetime(2026, 4, 21, tzinfo=UTC), links=["https://a.example/x"])

    assert built["Message-ID"] == "<code-1-ab@example.net>"
    assert built["Auto-Submitted"] == "auto-generated"
    assert not {name for name in built if name.startswith(("List-", "Precedence", "Feedback"))}
    assert Elements(mail.html).hrefs == []
