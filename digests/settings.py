"""All settings, read once, from the environment and `.env`. The only module that looks at the environment."""

import difflib
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from digests.errors import ConfigError

_PREFIX: Final = "PAPERPOST_"


class Settings(BaseSettings):
    """One frozen object; every field is documented in `.env.example`.

    Adapters get plain arguments, never this. A sandbox is what runs when no real channel is set (invariant 8).
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        # Aliases are for the environment; overrides name the fields.
        populate_by_name=True,
    )

    home: Path = Path("var")
    env: Literal["development", "production"] = "development"
    database_url: str = Field("", validation_alias="DATABASE_URL")
    redis_url: str = Field("", validation_alias="REDIS_URL")

    telegram_token: SecretStr = SecretStr("")
    telegram_base_url: str = "https://api.telegram.org"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    public_url: str = ""
    contact: str = ""
    secret_key: SecretStr = SecretStr("")
    admin_ids: str = ""

    llm_base_url: str = Field("", validation_alias=AliasChoices("PAPERPOST_LLM_BASE_URL", "OPENAI_BASE_URL"))
    llm_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("PAPERPOST_LLM_API_KEY", "OPENAI_API_KEY")
    )
    llm_model: str = ""
    llm_concurrency: int = Field(8, ge=1, le=64)
    llm_timeout_seconds: float = Field(120.0, gt=0)

    arxiv_list_url: str = "https://arxiv.org"
    arxiv_rss_url: str = "https://rss.arxiv.org"
    hf_url: str = "https://huggingface.co"

    max_keywords: int = Field(50, ge=1)
    max_full_papers: int = Field(30, ge=1)
    lease_seconds: int = Field(120, ge=1)
    sweep_seconds: int = Field(30, ge=1)
    recorded_data: Path | None = None

    @field_validator("telegram_base_url", "public_url", "llm_base_url", "arxiv_list_url", "arxiv_rss_url", "hf_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp_address(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if value.get_secret_value() and (parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname):
            # The value holds a password: it is never repeated in the message.
            raise ValueError("must look like smtps://user:password@host:465 or smtp+starttls://…:587 or smtp://…:25")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_mail_address(cls, value: str) -> str:
        if value and ("@" not in value or any(c.isspace() for c in value)):
            raise ValueError("must be one mail address, like digest@example.org")
        return value

    @property
    def has_telegram(self) -> bool:
        return bool(self.telegram_token.get_secret_value())

    @property
    def has_mail(self) -> bool:
        return bool(self.smtp_url.get_secret_value())

    @property
    def has_llm(self) -> bool:
        return bool(self.llm_base_url or self.llm_api_key.get_secret_value())

    @property
    def is_sandbox(self) -> bool:
        """No real channel is set: every outside part is its stand-in (invariant 8)."""
        return not (self.has_telegram or self.has_mail)

    @cached_property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'paperpost.db').resolve()}"


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and `.env`. `overrides` are for the sandbox and tests.

    Raises  ConfigError that lists every mistake at once: unknown PAPERPOST_* names (pydantic-settings ignores them
            silently), values that cannot be, and what production misses.
    """
    mistakes = [*_misspelt(set(os.environ) | _names_in_env_file())]
    settings = None
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        mistakes += [_sentence(item) for item in error.errors()]
    if settings is not None:
        mistakes += _missing(settings)
    if mistakes or settings is None:
        raise ConfigError("\n".join(mistakes))
    return settings


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment in which another process reads the same settings, whatever ours and `.env` say.

    The child must not start in a folder with a `.env`: an empty setting is one that is not named.
    """
    environment = {name: value for name, value in os.environ.items() if name not in setting_names()}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else "" if value is None else str(value)
        if text:
            environment[_variables(name)[0]] = text
    return environment | {"DATABASE_URL": settings.store_url, "PAPERPOST_HOME": str(settings.home.resolve())}


def setting_names() -> list[str]:
    """Every variable that is read, as the environment writes it."""
    return [variable for name in Settings.model_fields for variable in _variables(name)]


def _variables(name: str) -> list[str]:
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias) if alias else _PREFIX + name.upper()]


def _names_in_env_file() -> set[str]:
    path = Path(".env")
    if not path.is_file():
        return set()
    lines = (line.strip().removeprefix("export ") for line in path.read_text("utf-8").splitlines())
    return {line.split("=", 1)[0].strip() for line in lines if "=" in line and not line.startswith("#")}


def _misspelt(names: set[str]) -> list[str]:
    known = setting_names()
    mistakes = []
    for name in sorted(n for n in names if n.startswith(_PREFIX) and n not in known):
        near = difflib.get_close_matches(name, known, n=1)
        mistakes.append(f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else "; see .env.example"))
    return mistakes


def _sentence(item: Any) -> str:
    name = str(item["loc"][0]) if item["loc"] else ""
    variable = _variables(name)[0] if name in Settings.model_fields else name
    return f"{variable}: {item['msg'].removeprefix('Value error, ')}"


def _missing(settings: Settings) -> list[str]:
    mistakes = []
    if settings.has_mail and not settings.mail_from:
        mistakes.append("PAPERPOST_MAIL_FROM: PAPERPOST_SMTP_URL is set, so the sender's address is needed")
    if settings.has_llm and not settings.llm_model:
        mistakes.append("PAPERPOST_LLM_MODEL: an LLM is set, so the model's name is needed")
    if settings.env != "production":
        return mistakes
    required = {
        "PAPERPOST_TELEGRAM_TOKEN or PAPERPOST_SMTP_URL": not settings.is_sandbox,
        "PAPERPOST_LLM_MODEL with OPENAI_BASE_URL or OPENAI_API_KEY": settings.has_llm,
        "PAPERPOST_CONTACT": bool(settings.contact),
        "DATABASE_URL": bool(settings.database_url),
        "REDIS_URL": bool(settings.redis_url),
        "PAPERPOST_SECRET_KEY": bool(settings.secret_key.get_secret_value()),
    }
    return mistakes + [f"{name}: needed with PAPERPOST_ENV=production" for name, ok in required.items() if not ok]
