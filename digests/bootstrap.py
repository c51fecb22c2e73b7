"""From settings to wired services: what a shell opens once and closes at its end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from redis.asyncio import Redis

from digests import broker
from digests.clock import MovedClock, Now, utc_now
from digests.day import Day, render_edition
from digests.delivery.alerting import tell_alerts
from digests.delivery.channel import EMAIL, TELEGRAM, MessageChannel
from digests.delivery.codes import send_codes
from digests.delivery.deliver import Courier
from digests.delivery.email import MailChannel
from digests.delivery.pacing import MemoryPacing, Pacing, RedisPacing
from digests.delivery.telegram import TelegramChannel
from digests.delivery.withdrawals import drop_withdrawn, has_waiting
from digests.errors import ConfigError
from digests.gathering import Gathering
from digests.keywords.standing import StandingQueries
from digests.papers.calendar import Calendar, load_calendar
from digests.papers.late_papers import find_withdrawn
from digests.rendering.code_mail import render_code_mail
from digests.secret_key import load_secret_key
from digests.setting_values import ModelAddress
from digests.settings import Settings, load_settings
from digests.store.engine import Store, open_store
from digests.store.migrate import migrate
from digests.store.sandboxed import forget_sandbox
from digests.subscribers.leaving import sign_target
from digests.subscribers.stored import list_stored
from digests.summaries.asking.memory import StoredMemory
from digests.summaries.asking.model import Model as LanguageModel
from digests.summaries.checking.aligning import find_aligner
from digests.summaries.judging import ModelJudge
from digests.summaries.spending.budget import DailyPurse
from digests.summaries.spending.prices import to_micros
from digests.summaries.suggesting import Suggester
from digests.summaries.summarize import KINDS, Summarizer, build_key
from digests.summaries.summary import Key
from digests.trending import Trending

# What waits longer has been sent.
_WITHDRAWN_SINCE = timedelta(days=7)


@dataclass
class Services:
    """The rooms, with this installation's settings. Open one per process; asynchronous parts belong to one loop."""

    settings: Settings
    store: Store
    now: Now
    #: The secret key: signs links for leaving, derives mail codes and the webhook's secret, salts the hashes of
    #: forgotten addresses. With another one the links in mails that were sent are useless; none is kept beside it.
    salt: bytes

    @property
    def channel_names(self) -> tuple[str, ...]:
        open_channels = {TELEGRAM: self.settings.has_telegram, EMAIL: self.settings.has_mail}
        return tuple(name for name, is_open in open_channels.items() if is_open)

    @cached_property
    def calendar(self) -> Calendar:
        """arXiv's, as the operator has changed it."""
        return load_calendar().change(self.settings.holiday_changes)

    @cached_property
    def gathering(self) -> Gathering:
        return Gathering(settings=self.settings, store=self.store, now=self.now, calendar=self.calendar)

    @cached_property
    def summary_keys(self) -> Mapping[str, Key]:
        """Who writes the summaries, by their language; empty: nobody."""
        return {language: build_key(self.settings.llm_model, language) for language in KINDS if self.settings.has_llm}

    def day(self, on: date, earlier: Iterable[date] = ()) -> Day:
        return Day(
            store=self.store,
            now=self.now,
            on=on,
            earlier=tuple(earlier),
            keys=self.summary_keys,
            channels=self.channel_names,
            max_full=self.settings.max_full_papers,
            is_sandbox=self.settings.is_sandbox,
            standing=self._standing,
            calendar=self.calendar,
        )

    @property
    def trending(self) -> Trending:
        """What the community reads, as digests of its own."""
        return Trending(
            store=self.store,
            now=self.now,
            keys=self.summary_keys,
            channels=self.channel_names,
            is_sandbox=self.settings.is_sandbox,
        )

    @cached_property
    def _standing(self) -> StandingQueries:
        return StandingQueries(lambda: list_stored(self.store))

    @cached_property
    def summarizer(self) -> Summarizer:
        """Only where `summary_keys` has any."""
        return Summarizer(
            self._chat_model,
            second=self._second_model,
            judge=ModelJudge(self._judge_model) if self._judge_model else None,
            # A stand-in's words are no translation.
            aligner=None if self.settings.is_sandbox else find_aligner(),
            concurrency=self.settings.llm_concurrency,
        )

    @cached_property
    def suggester(self) -> Suggester | None:
        """Asked while somebody waits in the chat."""
        return Suggester(self._chat_model) if self.settings.has_llm else None

    @cached_property
    def _chat_model(self) -> LanguageModel:
        return self._open_model(self.settings.first_model)

    @cached_property
    def _second_model(self) -> LanguageModel | None:
        address = self.settings.second_model
        return self._open_model(address) if address else None

    @cached_property
    def _judge_model(self) -> LanguageModel | None:
        address = self.settings.judge_model
        return self._open_model(address) if address else None

    def _open_model(self, address: ModelAddress) -> LanguageModel:
        # openai takes half a second to import: only for who asks a model.
        from digests.summaries.asking.llm import ChatModel

        settings = self.settings
        if settings.is_sandbox and not settings.stand_ins:
            raise ConfigError("A sandbox asks no real model, and its stand-ins were not started: that is our bug.")
        return ChatModel(
            base_url=address.base_url,
            api_key=address.api_key.get_secret_value(),
            model=address.name,
            purse=self._open_purse(address.name),
            memory=StoredMemory(self.store, self.now),
            concurrency=settings.llm_concurrency,
            timeout_seconds=settings.llm_timeout_seconds,
        )

    def _open_purse(self, model: str) -> DailyPurse:
        budget, price = self.settings.llm_daily_budget, self.settings.model_prices.get(model)
        return DailyPurse(self.store, model, price=price, daily_budget_micros=to_micros(budget), now=self.now)

    @cached_property
    def pacing(self) -> Pacing:
        """Shared by all processes where there is a Redis; one command alone on a laptop needs none."""
        settings = self.settings
        if not settings.redis_url and not broker.answers("", settings.home):
            return MemoryPacing()
        return RedisPacing(Redis.from_url(broker.redis_py_url(settings.redis_url, settings.home)))

    @cached_property
    def channels(self) -> Mapping[str, MessageChannel]:
        opened: dict[str, MessageChannel] = {}
        settings = self.settings
        if settings.has_telegram:
            opened[TELEGRAM] = TelegramChannel(
                settings.telegram_token.get_secret_value(), pacing=self.pacing, base_url=settings.telegram_base_url
            )
        if settings.has_mail:
            opened[EMAIL] = MailChannel(
                settings.smtp_url.get_secret_value(),
                sender=settings.mail_from,
                now=self.now,
                unsubscribe_links=self._list_leave_links,
            )
        return opened

    @property
    def courier(self) -> Courier:
        return Courier(
            store=self.store,
            channels=self.channels,
            render_mail=lambda edition_id, target_id, address: render_edition(
                self.store, edition_id, leave_url=self._leave_url(target_id, address), leave_mailto=self._leave_mailto
            ),
            now=self.now,
            lease_seconds=self.settings.lease_seconds,
        )

    def drop_withdrawn(self) -> int:
        """Take papers that were withdrawn out of digests that are not sent yet; returns out of how many."""
        if not has_waiting(self.store):
            return 0
        withdrawn = find_withdrawn(self.store, self.now().date() - _WITHDRAWN_SINCE)
        return drop_withdrawn(self.store, withdrawn, self.now())

    async def tell_alerts(self) -> int:
        """Tell the admins of what they have to know; returns how many messages went out."""
        channel = self.channels.get(TELEGRAM)
        return 0 if channel is None else await tell_alerts(self.store, channel, self.settings.admins, now=self.now)

    async def send_codes(self) -> int:
        """Send the codes that readers asked for; returns how many went out."""
        channel = self.channels.get(EMAIL)
        if channel is None:
            return 0
        return await send_codes(
            self.store,
            channel,
            build_mail=lambda code, language: render_code_mail(code, language=language),
            now=self.now,
            salt=self.salt,
            lease_seconds=self.settings.lease_seconds,
        )

    def _list_leave_links(self, target_id: int, address: str) -> list[str]:
        """For the mail's header, where https alone is followed with one click (RFC 8058)."""
        leave_url = self._leave_url(target_id, address)
        return [*([leave_url] if leave_url.startswith("https:") else []), self._leave_mailto]

    def _leave_url(self, target_id: int, address: str) -> str:
        """Our page for leaving this address; empty where readers cannot reach one safely."""
        public_url = self.settings.public_url
        if not (public_url.startswith("https:") or (public_url and self.settings.is_sandbox)):
            return ""
        return f"{public_url}/leave/{sign_target(target_id, address, self.salt)}"

    @property
    def _leave_mailto(self) -> str:
        # A person reads it.
        return f"mailto:{self.settings.mail_from}?subject=unsubscribe"

    async def close_connections(self) -> None:
        """Close what belongs to the running loop; only what was opened."""
        opened = self.__dict__
        for channel in opened.get("channels", {}).values():
            await channel.close()
        for asked in (opened.get("_chat_model"), opened.get("_second_model"), opened.get("_judge_model")):
            if asked is not None:
                await asked.close()

    def close(self) -> None:
        self.store.close()


def open_services(settings: Settings | None = None) -> Services:
    """Open the database, bring it to this version's schema, and make the secret key at the first start.

    A sandbox has a clock of its own, which its page moves: `clock` in its home, for all its processes.
    Raises  ConfigError, StoreError.
    """
    settings = settings or load_settings()
    store = open_store(settings.store_url)
    migrate(store)
    if not settings.is_sandbox:
        forget_sandbox(store)
    services = Services(settings=settings, store=store, now=find_clock(settings), salt=load_secret_key(settings))
    # Said at start, not by a worker's log an evening later.
    _ = services.gathering.watched
    return services


def find_clock(settings: Settings) -> Now:
    return MovedClock(settings.home / "clock") if settings.is_sandbox else utc_now
