"""The readers' channels: Telegram, a mail server. Nothing is sent to a reader."""

from typing import Final

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPSenderRefused
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from digests.delivery.email import build_client
from digests.health.check import Check
from digests.settings import Settings

_SECONDS: Final = 10.0


async def check_telegram(settings: Settings) -> Check:
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
        return Check("Telegram", False, str(error), advice)


async def check_mail(settings: Settings) -> Check:
    """A login and an envelope's beginning, as MailChannel does; no recipient is named."""
    if not settings.has_mail:
        return Check("mail", None, "not set", "Set PAPERPOST_SMTP_URL and PAPERPOST_MAIL_FROM.")
    client = build_client(settings.smtp_url.get_secret_value(), sender=settings.mail_from, timeout_seconds=_SECONDS)
    host = client.hostname
    try:
        async with client:
            await client.mail(settings.mail_from)
            await client.rset()
    except SMTPAuthenticationError as error:
        advice = "Check user and password in PAPERPOST_SMTP_URL."
        return Check("mail", False, f"{host} refuses our login: {error.message}", advice)
    except SMTPSenderRefused as error:
        return Check("mail", False, f"{host} refuses our sender: {error.message}", "Check PAPERPOST_MAIL_FROM.")
    except (SMTPException, OSError) as error:
        return Check("mail", False, f"{host}: {error}", "Check PAPERPOST_SMTP_URL.")
    return Check("mail", True, f"{host} takes mail from {settings.mail_from}")
