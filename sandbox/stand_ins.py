"""All stand-ins at once, and the settings that point at them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from digests.day import SANDBOX_MODEL
from sandbox import arxiv, llm
from sandbox.arxiv import Document
from sandbox.mailbox import Mailbox, serve_mailbox
from sandbox.sample import SampleDay, known_summaries, load_sample
from sandbox.serving import serve
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import TOKEN, Telegram

MAIL_FROM: Final = "paperpost@sandbox.invalid"


@dataclass(frozen=True, slots=True)
class OutsidePart:
    """A row of the table at start: who stands in for whom, and what would make it real."""

    name: str
    address: str
    variable: str


@dataclass(frozen=True, kw_only=True)
class StandIns:
    """`overrides` are arguments of `load_settings` that lead every outside call here."""

    telegram: Telegram
    mailbox: Mailbox
    parts: Sequence[OutsidePart]
    overrides: dict[str, Any]


@contextmanager
def start_stand_ins(
    documents: SampleDay | Sequence[Document] | None = None,
    *,
    chats: Iterable[int] = (),
    mail_folder: Path | None = None,
) -> Iterator[StandIns]:
    """Serve arXiv, a model, Telegram and a mailbox on 127.0.0.1 until the context ends.

    documents    what arXiv announces; by default the sample day
    chats        Telegram ids of people who have opened a chat with the bot: it cannot begin one
    """
    sample = load_sample()
    telegram = Telegram()
    for chat_id in chats:
        telegram.open_chat(chat_id)
    mailbox = Mailbox(folder=mail_folder)
    with ExitStack() as stack:
        arxiv_url = stack.enter_context(serve(arxiv.build_app(sample if documents is None else documents)))
        llm_url = stack.enter_context(serve(llm.build_app(known_summaries(sample), model=SANDBOX_MODEL)))
        telegram_url = stack.enter_context(serve_telegram(telegram))
        smtp_url = stack.enter_context(serve_mailbox(mailbox))
        yield StandIns(
            telegram=telegram,
            mailbox=mailbox,
            parts=(
                OutsidePart("arXiv", arxiv_url, "PAPERPOST_TELEGRAM_TOKEN or PAPERPOST_SMTP_URL"),
                OutsidePart("LLM", llm_url, "OPENAI_BASE_URL, OPENAI_API_KEY, PAPERPOST_LLM_MODEL"),
                OutsidePart("Telegram", telegram_url, "PAPERPOST_TELEGRAM_TOKEN"),
                OutsidePart("mail", smtp_url, "PAPERPOST_SMTP_URL, PAPERPOST_MAIL_FROM"),
            ),
            overrides={
                "stand_ins": True,
                "arxiv_list_url": arxiv_url,
                "arxiv_rss_url": arxiv_url,
                "llm_base_url": f"{llm_url}/v1",
                "llm_api_key": "sandbox",
                "llm_model": SANDBOX_MODEL,
                "telegram_token": TOKEN,
                "telegram_base_url": telegram_url,
                "smtp_url": smtp_url,
                "mail_from": MAIL_FROM,
            },
        )
