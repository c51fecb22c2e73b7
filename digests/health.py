"""Is every outside part there, and does it take our credentials? For `doctor`; each check says what to set."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx
import openai
from aiosmtplib import SMTP, SMTPException
from sqlalchemy import text
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from digests import broker
from digests.errors import StoreError
from digests.settings import Settings
from digests.store.engine import open_store
from digests.store.migrate import migrate

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` None: not set up, which is no failure; `advice` then says what would set it up."""

    name: str
    ok: bool | None
    detail: str
    advice: str = ""


async def check_all(settings: Settings) -> list[Check]:
    """Every check, side by side; none of them raises or writes to a reader."""
    checks: list[Callable[[], Awaitable[Check]]] = [
        lambda: asyncio.to_thread(_check_home, settings),
        lambda: asyncio.to_thread(_check_database, settings),
        lambda: asyncio.to_thread(_check_broker, settings),
        lambda: _check_telegram(settings),
        lambda: _check_mail(settings),
        lambda: _check_model(settings),
        lambda: _check_arxiv(settings),
    ]
    return list(await asyncio.gather(*(check() for check in checks)))


def _check_home(settings: Settings) -> Check:
    if not settings.home.exists() or os.access(settings.home, os.W_OK):
        return Check("home", True, str(settings.home.resolve()))
    return Check("home", False, f"{settings.home} cannot be written", "Set PAPERPOST_HOME to a folder that can.")


def _check_database(settings: Settings) -> Check:
    try:
        store = open_store(settings.store_url)
        migrate(store)
        with store.reading() as connection:
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        store.close()
    except StoreError as error:
        return Check("database", False, str(error))
    return Check("database", True, f"{store.engine.dialect.name}, schema {revision}")


def _check_broker(settings: Settings) -> Check:
    if broker.answers(settings.redis_url, settings.home):
        return Check("broker", True, "answers")
    if settings.redis_url:
        return Check("broker", False, "does not answer", "Check REDIS_URL.")
    return Check("broker", None, "none", "Set REDIS_URL for Celery workers; `run` needs none.")


async def _check_telegram(settings: Settings) -> Check:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Check("Telegram", None, "not set", "Set PAPERPOST_TELEGRAM_TOKEN (from @BotFather).")
    try:
        async with Bot(token, base_url=f"{settings.telegram_base_url}/bot") as bot:
            return Check("Telegram", True, f"@{bot.username}")
    except InvalidToken:
        return Check("Telegram", False, "the token is refused", "Check PAPERPOST_TELEGRAM_TOKEN.")
    except TelegramError as error:
        advice = "Check the network and PAPERPOST_TELEGRAM_BASE_URL."
        return Check("Telegram", False, str(error).replace(token, "…"), advice)


async def _check_mail(settings: Settings) -> Check:
    if not settings.has_mail:
        return Check("mail", None, "not set", "Set PAPERPOST_SMTP_URL and PAPERPOST_MAIL_FROM.")
    parts = urlsplit(settings.smtp_url.get_secret_value())
    client = SMTP(
        hostname=parts.hostname,
        port=parts.port,
        use_tls=parts.scheme == "smtps",
        start_tls=True if parts.scheme == "smtp+starttls" else None,
        timeout=_SECONDS,
    )
    try:
        async with client:
            if parts.username:
                await client.login(unquote(parts.username), unquote(parts.password or ""))
    except (SMTPException, OSError) as error:
        return Check("mail", False, f"{parts.hostname}: {error}", "Check PAPERPOST_SMTP_URL.")
    return Check("mail", True, f"{parts.hostname} takes us" + (" with our password" if parts.username else ""))


async def _check_model(settings: Settings) -> Check:
    if not settings.has_llm:
        advice = "Set OPENAI_BASE_URL or OPENAI_API_KEY, and PAPERPOST_LLM_MODEL. Without one: English, labelled."
        return Check("LLM", None, "not set", advice)
    client = openai.AsyncOpenAI(
        base_url=settings.llm_base_url or None,
        api_key=settings.llm_api_key.get_secret_value() or "none",
        max_retries=0,
        timeout=_SECONDS,
    )
    try:
        names = [model.id async for model in client.models.list()]
    except openai.AuthenticationError:
        return Check("LLM", False, "the key is refused", "Check OPENAI_API_KEY.")
    except openai.NotFoundError:
        return Check("LLM", True, "reachable; it does not list its models")
    except openai.OpenAIError as error:
        return Check("LLM", False, str(error), "Check OPENAI_BASE_URL; it usually ends in /v1.")
    finally:
        await client.close()
    if settings.llm_model not in names:
        return Check(
            "LLM", False, f"no model {settings.llm_model!r}", f"Set PAPERPOST_LLM_MODEL: {', '.join(names[:8])}"
        )
    return Check("LLM", True, settings.llm_model)


async def _check_arxiv(settings: Settings) -> Check:
    if settings.is_sandbox:
        return Check("arXiv", None, "a stand-in in sandbox mode")
    # /robots.txt: the smallest page, outside the listing's 15 seconds.
    url = f"{settings.arxiv_list_url}/robots.txt"
    try:
        async with httpx.AsyncClient(timeout=_SECONDS) as client:
            response = await client.get(url)
    except httpx.HTTPError as error:
        advice = "Check the network and PAPERPOST_ARXIV_LIST_URL."
        return Check("arXiv", False, f"{url}: {str(error) or type(error).__name__}", advice)
    return Check("arXiv", response.is_success, f"{settings.arxiv_list_url} answers {response.status_code}")
