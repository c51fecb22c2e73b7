"""All stand-ins at once, and the settings that point at them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from digests.clock import Now, utc_now
from digests.store.sandboxed import SANDBOX_MODEL
from sandbox import arxiv, llm
from sandbox.announcer import Announcer
from sandbox.document import Document
from sandbox.mailbox import Mailbox, serve_mailbox
from sandbox.replay.world import World
from sandbox.sample import SampleDay, known_summaries, load_sample, load_samples
from sandbox.serving import serve
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import TOKEN, Telegram

MAIL_FROM: Final = "paperpost@sandbox.invalid"


@dataclass(frozen=True, kw_only=True)
class StandIns:
    """`overrides` are arguments of `load_settings` that lead every outside call here."""

    telegram: Telegram
    mailbox: Mailbox
    overrides: dict[str, Any]


@contextmanager
def start_stand_ins(
    documents: World | SampleDay | Sequence[Document] | Announcer | None = None,
    *,
    chats: Iterable[int] = (),
    mail_folder: Path | None = None,
    chat_archive: Path | None = None,
    now: Now = utc_now,
) -> Iterator[StandIns]:
    """Serve arXiv, Hugging Face, a model, Telegram and a mailbox on 127.0.0.1 until the context ends.

    documents     what arXiv announces; by default the sample day
    chats         Telegram ids of people who have opened a chat with the bot: it cannot begin one
    mail_folder   where mails are kept, and chat_archive the file of the chats; without, a restart forgets them
    Raises        ConfigError for what was kept and cannot be read.
    """
    telegram = Telegram(now=now, archive=chat_archive)
    for chat_id in chats:
        telegram.open_chat(chat_id)
    mailbox = Mailbox(folder=mail_folder)
    with ExitStack() as stack:
        shown = load_sample() if documents is None else documents
        arxiv_url = stack.enter_context(serve(arxiv.build_app(shown, now=now)))
        llm_url = stack.enter_context(serve(llm.build_app(known_summaries(load_samples()), model=SANDBOX_MODEL)))
        telegram_url = stack.enter_context(serve_telegram(telegram))
        smtp_url = stack.enter_context(serve_mailbox(mailbox))
        yield StandIns(
            telegram=telegram,
            mailbox=mailbox,
            overrides={
                "stand_ins": True,
                "arxiv_list_url": arxiv_url,
                "arxiv_rss_url": arxiv_url,
                "arxiv_api_url": arxiv_url,
                "arxiv_oai_url": arxiv_url,
                "hf_url": arxiv_url,
                "llm_base_url": f"{llm_url}/v1",
                "llm_api_key": "sandbox",
                "llm_model": SANDBOX_MODEL,
                "llm_fallback_base_url": "",
                "llm_fallback_api_key": "",
                "llm_fallback_model": "",
                "llm_judge_model": "",
                "telegram_token": TOKEN,
                "telegram_base_url": telegram_url,
                "smtp_url": smtp_url,
                "mail_from": MAIL_FROM,
            },
        )
