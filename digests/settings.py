"""All settings, read once, from the environment and `.env`. The only module that looks at the environment."""

import difflib
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidatorFunctionWrapHandler, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from digests.errors import ConfigError
from digests.setting_values import (
    ModelAddress,
    Price,
    is_address,
    is_database,
    is_mail,
    is_redis,
    read_holidays,
    read_prices,
    read_telegram_ids,
)

_PREFIX: Final = "PAPERPOST_"
_OPENAI_URL: Final = "https://api.openai.com/v1"
# Windows editors begin a file with a mark that would become part of the first name.
_ENV_ENCODING: Final = "utf-8-sig"


class Settings(BaseSettings):
    """One frozen object; every field is documented in `.env.example`.

    Adapters get plain arguments, never this. A sandbox is what runs when no real channel is set (invariant 8).
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_file_encoding=_ENV_ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        # Aliases are for the environment; overrides name the fields.
        populate_by_name=True,
    )

    home: Path = Path("var")
    env: Literal["development", "production"] = "development"
    database_url: str = Field("", validation_alias="DATABASE_URL", repr=False)
    redis_url: str = Field("", validation_alias="REDIS_URL", repr=False)

    telegram_token: SecretStr = SecretStr("")
    telegram_base_url: str = "https://api.telegram.org"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    public_url: str = ""
    web_host: str = "127.0.0.1"
    web_port: int = Field(8321, ge=1, le=65535)
    telegram_webhook_url: str = ""
    telegram_webhook_port: int = Field(8322, ge=1, le=65535)
    contact: str = ""
    secret_key: SecretStr = SecretStr("")
    admin_ids: str = ""

    llm_base_url: str = Field("", validation_alias=AliasChoices("PAPERPOST_LLM_BASE_URL", "OPENAI_BASE_URL"))
    llm_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("PAPERPOST_LLM_API_KEY", "OPENAI_API_KEY")
    )
    llm_model: str = ""
    # Asked where the first one declines a paper or leaves a fault; without an address of its own, at the first one's.
    llm_fallback_base_url: str = ""
    llm_fallback_api_key: SecretStr = SecretStr("")
    llm_fallback_model: str = ""
    # Reads translations beside the originals, at the address of the first one.
    llm_judge_model: str = ""
    llm_prices: str = ""
    llm_daily_budget: Decimal | None = Field(None, gt=0, allow_inf_nan=False, max_digits=12, decimal_places=6)
    llm_concurrency: int = Field(8, ge=1, le=64)
    llm_timeout_seconds: float = Field(120.0, gt=0, allow_inf_nan=False)

    arxiv_list_url: str = "https://arxiv.org"
    arxiv_rss_url: str = "https://rss.arxiv.org"
    arxiv_api_url: str = "https://export.arxiv.org"
    arxiv_oai_url: str = "https://oaipmh.arxiv.org"
    archives: str = ""
    holidays: str = ""
    hf_url: str = "https://huggingface.co"

    max_keywords: int = Field(50, ge=1)
    max_full_papers: int = Field(30, ge=1)
    lease_seconds: int = Field(120, ge=1)
    sweep_seconds: int = Field(30, ge=1)
    # The worker's sign of life comes as often, and must within five minutes (heartbeat.py).
    tick_seconds: int = Field(60, ge=1, le=120)
    # None: as the plan of the day says (papers/collecting/plan.toml).
    poll_seconds: int | None = Field(None, ge=1)
    recorded_data: Path | None = None
    stand_ins: bool = False

    @field_validator(
        "telegram_base_url",
        "telegram_webhook_url",
        "public_url",
        "llm_base_url",
        "llm_fallback_base_url",
        "arxiv_list_url",
        "arxiv_rss_url",
        "arxiv_api_url",
        "arxiv_oai_url",
        "hf_url",
    )
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not is_address(value, {"http", "https"}):
            raise ValueError("must be an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("llm_base_url", "llm_fallback_base_url")
    @classmethod
    def _has_no_query(cls, value: str) -> str:
        if "?" in value or "#" in value:
            raise ValueError("must end with its path, without ? or #: a key belongs into the variable of the key")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp_address(cls, value: SecretStr) -> SecretStr:
        if value and not is_address(value.get_secret_value(), {"smtp", "smtps", "smtp+starttls"}):
            raise ValueError("must look like smtps://user:password@host:465 or smtp+starttls://…:587 or smtp://…:25")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_mail_address(cls, value: str) -> str:
        if value and not is_mail(value):
            raise ValueError("must be one mail address, like digest@example.org")
        return value

    @field_validator("contact")
    @classmethod
    def _fits_a_header(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()):
            raise ValueError("must be one line of ASCII, like ops@example.org: it goes into a header")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database_address(cls, value: str) -> str:
        if value and not is_database(value):
            raise ValueError("must look like sqlite:////folder/file.db or postgresql://user:password@host:5432/name")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis_address(cls, value: str) -> str:
        if value and not is_redis(value):
            raise ValueError("must look like redis://user:password@host:6379/0 or rediss://…, options of TLS behind ?")
        return value

    @field_validator("admin_ids")
    @classmethod
    def _are_telegram_ids(cls, value: str) -> str:
        read_telegram_ids(value)
        return value

    @field_validator("llm_prices")
    @classmethod
    def _are_prices(cls, value: str) -> str:
        read_prices(value)
        return value

    @field_validator("llm_daily_budget", mode="wrap")
    @classmethod
    def _is_amount(cls, value: object, handler: ValidatorFunctionWrapHandler) -> Decimal | None:
        try:
            amount: Decimal | None = handler(value)
        except ValidationError as error:
            raise ValueError("must be a positive number like 0.50, or empty for no limit") from error
        return amount

    @field_validator("holidays")
    @classmethod
    def _are_days(cls, value: str) -> str:
        read_holidays(value)
        return value

    @property
    def has_telegram(self) -> bool:
        return bool(self.telegram_token)

    @property
    def has_mail(self) -> bool:
        return bool(self.smtp_url)

    @property
    def has_llm(self) -> bool:
        return self.names_llm and bool(self.llm_model)

    @property
    def names_llm(self) -> bool:
        """A service and perhaps no model of it: the developer's shell may have a key that is not meant for us."""
        return bool(self.llm_base_url or self.llm_api_key)

    @property
    def first_model(self) -> ModelAddress:
        """Only with `has_llm`."""
        return ModelAddress(self.llm_model, self.llm_base_url or _OPENAI_URL, self.llm_api_key)

    @property
    def second_model(self) -> ModelAddress | None:
        """At an address of its own it has its own key or none: the first one's is no business of another server."""
        name, first = self.llm_fallback_model, self.first_model
        base_url, api_key = self.llm_fallback_base_url, self.llm_fallback_api_key
        if not name:
            return None
        if base_url:
            return ModelAddress(name, base_url, api_key)
        return ModelAddress(name, first.base_url, api_key or first.api_key)

    @property
    def judge_model(self) -> ModelAddress | None:
        return replace(self.first_model, name=self.llm_judge_model) if self.llm_judge_model else None

    @property
    def llm_models(self) -> tuple[str, ...]:
        """All that are asked."""
        return tuple(filter(None, (self.llm_model, self.llm_fallback_model, self.llm_judge_model)))

    @property
    def model_prices(self) -> dict[str, Price]:
        """By the model's name."""
        return read_prices(self.llm_prices)

    @property
    def is_sandbox(self) -> bool:
        """No real channel is set: every outside part is its stand-in (invariant 8), or will be when it is needed."""
        return self.stand_ins or not (self.has_telegram or self.has_mail)

    @property
    def watched(self) -> tuple[str, ...] | None:
        """Archives or categories that are asked for; None = those of the readers' scopes."""
        names = tuple(self.archives.replace(",", " ").split())
        return () if names == ("none",) else names or None

    @property
    def admins(self) -> tuple[int, ...]:
        """Telegram ids of those who are told of alerts."""
        return read_telegram_ids(self.admin_ids)

    @property
    def holiday_changes(self) -> dict[date, bool]:
        """Days without an announcement (True) that the calendar lacks, and days (False) that it has wrongly."""
        return read_holidays(self.holidays)

    @cached_property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'paperpost.db').resolve()}"


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and `.env`. `overrides` are for the sandbox and tests.

    Raises  ConfigError that lists every mistake at once: unknown PAPERPOST_* names (pydantic-settings ignores them
            silently), values that cannot be, and what production misses. No value is repeated: it may be a password.
    """
    mistakes = [*_misspelt(set(os.environ) | _names_in_env_file())]
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        mistakes += [_sentence(item) for item in error.errors()]
        settings = _leave_unchecked({_field(item): item["input"] for item in error.errors()}, overrides)
    mistakes += find_missing(settings)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return settings


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment in which another process reads the same settings, whatever ours and `.env` say.

    The child must not start in a folder with a `.env`: an empty setting is one that is not named.
    """
    environment = {name: value for name, value in os.environ.items() if name.upper() not in setting_names()}
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


def _leave_unchecked(bad: dict[str, Any], overrides: dict[str, Any]) -> Settings:
    """The settings although some are `bad`: only to say what is missing besides."""
    good = Settings(**overrides | {name: Settings.model_fields[name].default for name in bad})
    return good.model_copy(update=bad)


def _names_in_env_file() -> set[str]:
    path = Path(".env")
    if not path.is_file():
        return set()
    try:
        text = path.read_text(_ENV_ENCODING)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.resolve()} must be UTF-8 text; save it again in that encoding.") from error
    except OSError as error:
        raise ConfigError(f"{path.resolve()} cannot be read: {error.strerror}.") from error
    lines = (line.strip().removeprefix("export ") for line in text.splitlines())
    return {line.split("=", 1)[0].strip() for line in lines if "=" in line and not line.startswith("#")}


def _misspelt(names: set[str]) -> list[str]:
    known = setting_names()
    mistakes = []
    # pydantic-settings reads names in any case.
    for name in sorted(n for n in names if n.upper().startswith(_PREFIX) and n.upper() not in known):
        near = difflib.get_close_matches(name.upper(), known, n=1)
        mistakes.append(f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else "; see .env.example"))
    return mistakes


def _sentence(item: Any) -> str:
    return f"{_variables(_field(item))[0]}: {item['msg'].removeprefix('Value error, ')}"


def _field(item: Any) -> str:
    """The field's name: pydantic gives the alias where there is one."""
    given = str(item["loc"][0])
    return next(name for name in Settings.model_fields if given in {name, *_variables(name)})


def find_missing(settings: Settings) -> list[str]:
    """What is needed beside what is set, a sentence each that begins with the variable."""
    mistakes = []
    if settings.has_mail and not settings.mail_from:
        mistakes.append("PAPERPOST_MAIL_FROM: PAPERPOST_SMTP_URL is set, so the sender's address is needed")
    is_trial = settings.is_sandbox and settings.env != "production"
    if settings.names_llm and not settings.llm_model and not is_trial:
        mistakes.append("PAPERPOST_LLM_MODEL: an LLM is set, so the model's name is needed")
    mistakes += _find_lonely(settings)
    if unpriced := _find_unpriced(settings):
        names = ", ".join(unpriced)
        mistakes.append(f"PAPERPOST_LLM_PRICES: PAPERPOST_LLM_DAILY_BUDGET is set, so the price of {names} is needed")
    if settings.env != "production":
        return mistakes
    required = {
        "PAPERPOST_TELEGRAM_TOKEN or PAPERPOST_SMTP_URL": not settings.is_sandbox,
        "PAPERPOST_LLM_MODEL with OPENAI_BASE_URL or OPENAI_API_KEY": settings.names_llm,
        "PAPERPOST_CONTACT": bool(settings.contact),
        "DATABASE_URL": bool(settings.database_url),
        "REDIS_URL": bool(settings.redis_url),
        "PAPERPOST_SECRET_KEY": bool(settings.secret_key),
    }
    return mistakes + [f"{name}: needed with PAPERPOST_ENV=production" for name, ok in required.items() if not ok]


def _find_unpriced(settings: Settings) -> list[str]:
    """Models whose calls a budget could not count; stand-ins cost nothing."""
    if not settings.llm_daily_budget or settings.stand_ins:
        return []
    try:
        return sorted(set(settings.llm_models) - settings.model_prices.keys())
    except ValueError:
        # It is said already that these are no prices.
        return []


def _find_lonely(settings: Settings) -> list[str]:
    """What is set of other models that helps nobody as it is."""
    first, second = settings.llm_model, settings.llm_fallback_model
    has_place = bool(settings.llm_fallback_base_url or settings.llm_fallback_api_key)
    wrong = {
        "PAPERPOST_LLM_FALLBACK_MODEL: its address or key is set, so its name is needed": has_place and not second,
        "PAPERPOST_LLM_FALLBACK_MODEL: the first model at the same address would only repeat its faults": bool(second)
        and second == first
        and not settings.llm_fallback_base_url,
        "PAPERPOST_LLM_MODEL: a fallback or a judge is set, so the first model is needed": not first
        and bool(second or settings.llm_judge_model),
    }
    return [sentence for sentence, is_so in wrong.items() if is_so]
