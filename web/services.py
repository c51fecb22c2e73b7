"""What the pages need of the house."""

from dataclasses import dataclass

from digests.clock import Now, utc_now
from digests.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServices:
    """
    salt            signs the links for leaving
    real_now        for signs of life: a sandbox moves its own clock
    budget_micros   what models may cost a day; None: anything
    telegram_token  of the bot that the pages name; empty where there is none to name
    """

    store: Store
    now: Now
    salt: bytes
    real_now: Now = utc_now
    budget_micros: int | None = None
    telegram_token: str = ""
    telegram_base_url: str = "https://api.telegram.org"
