"""What must never be said: other people's sentences repeat what they were given."""

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from digests.settings import Settings


def find_secrets(settings: Settings) -> list[str]:
    """Tokens, keys, and the passwords in addresses, as written and as meant; the longest first."""
    keys = (settings.llm_api_key, settings.llm_fallback_api_key)
    plain = (settings.telegram_token, *keys, settings.secret_key, settings.smtp_url)
    models = (settings.llm_base_url, settings.llm_fallback_base_url)
    addresses = (settings.smtp_url.get_secret_value(), settings.redis_url, settings.database_url, *models)
    passwords = [urlsplit(address).password or "" for address in addresses]
    words = {secret.get_secret_value() for secret in plain} | {*passwords, *map(unquote, passwords)}
    # A password is part of its address.
    return sorted(words - {""}, key=len, reverse=True)


def redact(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text
