"""The whole schema. `…_at` is an aware UTC datetime, `…_on` a date; `state` holds the words of its enum."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out on both databases; SQLite keeps no zone, so a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives row ids only to INTEGER PRIMARY KEY.
RowId = BigInteger().with_variant(Integer, "sqlite")
# With `sqlite_autoincrement` where the number leaves the house (links in mails, Message-IDs, buttons): otherwise SQLite
# gives that of a deleted row to somebody else. PostgreSQL never does.

# Ranges of words are asked for: in the order of the code points, as SQLite has it, not in that of a language.
_Bytewise = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- what was announced -------------------------------------------------------------------------

papers = Table(
    "papers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("version", Integer),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("comments", Text, nullable=False),
    Column("journal_ref", Text, nullable=False),
    Column("doi", Text, nullable=False),
    Column("licence", Text, nullable=False),
    # Whose words these are: a source trusted less never overwrites them (invariant 2).
    Column("words_source", String(8), nullable=False),
    # Its authors, or arXiv, took the newest version back.
    Column("is_withdrawn", Boolean, nullable=False, default=False),
    # Of the normalised title and abstract: the summary's key, and the sign that a batch must be matched again.
    Column("words_hash", String(64), nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    Column("paper_id", ForeignKey(papers.c.id), primary_key=True),
    Column("announced_on", Date, primary_key=True),
    Column("kind", String(16), nullable=False),
    # The version that was announced; None where no source has said it.
    Column("version", Integer),
    # Later than a reader's `served_at`: they have not had it (a late paper).
    Column("stored_at", UtcDateTime, nullable=False),
    Index("ix_announcements_announced_on", "announced_on"),
    Index("ix_announcements_stored_at", "stored_at"),
)

batches = Table(
    "batches",
    metadata,
    Column("scope", String(200), primary_key=True),
    Column("announced_on", Date, primary_key=True),
    Column("source", String(8), primary_key=True),
    Column("seen", Integer, nullable=False),
    Column("total", Integer),
    Column("broken", Integer, nullable=False),
    # Set once, when the document proved itself whole by its own totals (invariant 1).
    Column("closed_at", UtcDateTime),
    Column("fault", Text, nullable=False, default=""),
    # Papers of this batch that no other source had given before.
    Column("added", Integer, nullable=False, default=0),
    Column("updated_at", UtcDateTime, nullable=False),
    # Since when it has said the same: a page frozen in a cache is not one that fills.
    Column("changed_at", UtcDateTime, nullable=False),
    # Item numbers of the listing page seen so far, as [first, last] runs: pages of one batch come one by one.
    Column("items", JSON, nullable=False),
)

politeness = Table(
    "politeness",
    metadata,
    Column("host", String(200), primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
)

# What is asked for and when next. Of two workers one asks: see papers/collecting/polling.py.
polls = Table(
    "polls",
    metadata,
    # A name of papers/collecting/plan.toml.
    Column("stage", String(16), primary_key=True, server_default="listing"),
    # An archive (listing, oai), a category (rss), `daily` (hf).
    Column("scope", String(200), primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    # The newest batch, or day, with which this stage is through.
    Column("done_on", Date),
    # Since when asking has failed, how often in a row, and why; empty after an answer.
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    Column("fault", Text, nullable=False, default=""),
    Index("ix_polls_next_at", "next_at"),
)

# Batches of the past that are not here: after a downtime, at the first start, or because an operator asked for them.
catch_ups = Table(
    "catch_ups",
    metadata,
    Column("scope", String(200), primary_key=True),
    Column("announced_on", Date, primary_key=True),
    # Readers were served without it: their digest waits for it.
    Column("is_late", Boolean, nullable=False),
    # The smallest is asked for first.
    Column("rank", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    # Where to go on after an interruption: a page of /catchup, or a resumption token of OAI-PMH.
    Column("page", Integer, nullable=False, default=1),
    Column("token", Text, nullable=False, default=""),
    # A word of collecting.missed.Route: what is asked.
    Column("route", String(8), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fault", Text, nullable=False, default=""),
    Column("closed_at", UtcDateTime),
    Index("ix_catch_ups_closed_at", "closed_at"),
)

# Hugging Face's daily papers: what the community reads.
daily_papers = Table(
    "daily_papers",
    metadata,
    Column("paper_id", ForeignKey(papers.c.id), primary_key=True),
    Column("listed_on", Date, primary_key=True),
    Column("upvotes", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("github_repo", Text, nullable=False),
    Column("github_stars", Integer),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_daily_papers_listed_on", "listed_on"),
)

# What was announced before, searchable (digests/past): one row for each word of each day. The day comes first, so that
# a day is written and deleted in one stretch of the table.
past_days = Table(
    "past_days",
    metadata,
    Column("announced_on", Date, primary_key=True),
    # Ids of the new and the cross-listed; a paper's number is its place here, and never changes.
    Column("papers", JSON, nullable=False),
    # Of the rows that were read: another one means that they have changed.
    Column("fingerprint", String(120), nullable=False),
    Column("indexed_at", UtcDateTime, nullable=False),
)

past_words = Table(
    "past_words",
    metadata,
    Column("announced_on", Date, primary_key=True),
    # A word of past.postings.Region.
    Column("region", String(8), primary_key=True),
    Column("word", _Bytewise, primary_key=True),
    Column("papers", Integer, nullable=False),
    # Every way in which the word is written that day and how often; `places` stand in this order.
    Column("forms", JSON, nullable=False),
    Column("places", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Words by a beginning that they do not show: `policies` is `policy`, `behaviour` is `behavior`.
past_beginnings = Table(
    "past_beginnings",
    metadata,
    Column("announced_on", Date, primary_key=True),
    Column("beginning", _Bytewise, primary_key=True),
    Column("word", _Bytewise, primary_key=True),
    sqlite_with_rowid=False,
)

# --- what it says -------------------------------------------------------------------------------

summaries = Table(
    "summaries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("paper_id", ForeignKey(papers.c.id), nullable=False),
    Column("words_hash", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("model", String(120), nullable=False),
    Column("prompt_version", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    # A word of summaries.draft.Kind.
    Column("kind", String(8), nullable=False, default="full", server_default="full"),
    # How many get the paper, as far as one lot of readers knows: who has many is asked for first.
    Column("readers", Integer, nullable=False, default=0, server_default="0"),
    # The model whose words these are: the one of the key, or the second one.
    Column("written_by", String(120), nullable=False, default="", server_default=""),
    Column("title", Text, nullable=False, default=""),
    Column("tldr", Text, nullable=False, default=""),
    Column("abstract", Text, nullable=False, default=""),
    Column("points", JSON, nullable=False),
    Column("faults", JSON, nullable=False),
    Column("finish_reason", String(40), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("prompt_tokens", Integer, nullable=False, default=0),
    Column("completion_tokens", Integer, nullable=False, default=0),
    # Of prompt_tokens; and what all of them cost, in millionths of the currency of PAPERPOST_LLM_PRICES.
    Column("cached_tokens", Integer, nullable=False, default=0, server_default="0"),
    Column("micros", BigInteger, nullable=False, default=0, server_default="0"),
    Column("retry_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("claim", String(36)),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("words_hash", "language", "model", "prompt_version"),
    Index("ix_summaries_paper_id", "paper_id"),
    Index("ix_summaries_state", "state"),
)

# Every fault of every answer, also of those that nobody was shown (summaries/quality.py).
fault_counts = Table(
    "fault_counts",
    metadata,
    # UTC.
    Column("counted_on", Date, primary_key=True),
    Column("model", String(120), primary_key=True),
    Column("prompt_version", String(40), primary_key=True),
    # A word of summaries.quality.Role.
    Column("role", String(16), primary_key=True),
    # A code of templates/phrases [faults]; empty = the answers themselves, `faultless` = those with nothing that a
    # reader is told of.
    Column("fault", String(40), primary_key=True),
    Column("answers", Integer, nullable=False),
)

# What a server's manner is and whether it is to be left alone, known to all processes (summaries/asking/memory.py).
model_servers = Table(
    "model_servers",
    metadata,
    Column("endpoint", String(300), primary_key=True),
    Column("model", String(120), primary_key=True),
    # What asking.dialect has learnt.
    Column("dialect", JSON, nullable=False),
    # It asked us to wait (429).
    Column("paused_until", UtcDateTime),
    # The breaker is open; then one call tries it.
    Column("closed_until", UtcDateTime),
    Column("closed_reason", Text, nullable=False, default=""),
    Column("updated_at", UtcDateTime, nullable=False),
)

# One day's calls of one model (summaries/spending).
spending = Table(
    "spending",
    metadata,
    # UTC.
    Column("spent_on", Date, primary_key=True),
    Column("model", String(120), primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    # Millionths of the currency of PAPERPOST_LLM_PRICES.
    Column("micros", BigInteger, nullable=False),
)

# Money put aside for calls that are under way. One whose process died counts as spent when its time is over.
reservations = Table(
    "reservations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("spent_on", Date, nullable=False),
    Column("model", String(120), nullable=False),
    Column("micros", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_reservations_spent_on", "spent_on"),
)

# --- who asked ----------------------------------------------------------------------------------

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("language", String(16), nullable=False),
    Column("timezone", String(64), nullable=False),
    # Local wall time; None = as soon as the batch is ready.
    Column("send_at", Time),
    # ISO weekdays (1 Monday … 7 Sunday) of the reader's own zone; None = every day.
    Column("weekdays", JSON),
    # Archives or categories; None = all of arXiv.
    Column("scope", JSON),
    Column("paused_at", UtcDateTime),
    Column("joined_at", UtcDateTime, nullable=False),
    # The newest batch that they had, or that was there when they began; None = nothing was there.
    Column("served_on", Date),
    # All that was stored up to this moment was looked at for them; what came later is late.
    Column("served_at", UtcDateTime),
    # The newest batch that was there when they began, or came back: what is of it or older is never late for them.
    Column("began_on", Date),
    # Beside new papers: cross-lists, and new versions of papers that they were sent.
    Column("wants_crosses", Boolean, nullable=False, default=True),
    Column("wants_updates", Boolean, nullable=False, default=False),
    # When to look whether a digest is ready for them; None = to be worked out again (something changed).
    Column("next_due", UtcDateTime),
    Index(
        "ix_subscribers_next_due",
        "next_due",
        sqlite_where=text("paused_at IS NULL"),
        postgresql_where=text("paused_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

targets = Table(
    "targets",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("address", String(320), nullable=False),
    # Nothing is sent before this is set (invariant 5).
    Column("confirmed_at", UtcDateTime),
    Column("gone_at", UtcDateTime),
    Column("gone_reason", Text, nullable=False, default=""),
    # The reader wants nothing new here for now (/channel); the address stays theirs.
    Column("muted_at", UtcDateTime),
    UniqueConstraint("channel", "address"),
    Index("ix_targets_subscriber_id", "subscriber_id"),
    sqlite_autoincrement=True,
)

# A code on its way to an address that somebody says is theirs: the only mail to an address that is not confirmed.
confirmations = Table(
    "confirmations",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    Column("address", String(320), nullable=False),
    # The code is derived from it and the secret key: the database alone tells nobody.
    Column("nonce", String(64), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", UtcDateTime),
    Column("error", Text, nullable=False, default=""),
    Index("ix_confirmations_subscriber_id", "subscriber_id"),
    Index("ix_confirmations_address", "address"),
    Index("ix_confirmations_state_not_before", "state", "not_before"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    Column("canonical", Text, nullable=False),
    Column("typed", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    UniqueConstraint("subscriber_id", "canonical"),
    sqlite_autoincrement=True,
)

# A reader's own words for a term, in place of ours (/term).
reader_terms = Table(
    "reader_terms",
    metadata,
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    # Folded as the glossary compares it.
    Column("english", String(80), primary_key=True),
    Column("chinese", String(80), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

# What the community reads, as a digest of its own.
trending = Table(
    "trending",
    metadata,
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    # A word of composing.trending.Period.
    Column("period", String(8), primary_key=True),
    Column("min_upvotes", Integer, nullable=False),
    # The last day of the newest period that they had, or that was over when they began.
    Column("served_on", Date, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    # When to look whether the next one is ready; None = to be worked out again.
    Column("next_due", UtcDateTime),
    Index("ix_trending_next_due", "next_due"),
)

# A keyword that we proposed: the button under the message says `/take` and the id.
offers = Table(
    "offers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    # The canonical form of the keyword in whose place it is offered.
    Column("replaces", Text, nullable=False, default=""),
    Column("offered_at", UtcDateTime, nullable=False),
    Index("ix_offers_subscriber_id", "subscriber_id"),
    sqlite_autoincrement=True,
)

forgotten = Table(
    "forgotten",
    metadata,
    # Salted hash of channel and address: the only trace, and only to keep us from mailing it again unasked.
    Column("address_hash", String(64), primary_key=True),
    Column("forgotten_at", UtcDateTime, nullable=False),
)

# --- what was sent ------------------------------------------------------------------------------

editions = Table(
    "editions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    # `daily:2026-04-21`, `notice:…`, `trending:…`: what makes an edition the same edition.
    Column("slot", String(80), nullable=False),
    Column("announced_on", Date, nullable=False),
    Column("digest", JSON, nullable=False),
    Column("composed_at", UtcDateTime, nullable=False),
    # In this order: who has this slot already is asked at every sweep.
    UniqueConstraint("slot", "subscriber_id"),
    Index("ix_editions_announced_on", "announced_on"),
    Index("ix_editions_subscriber_id", "subscriber_id"),
    sqlite_autoincrement=True,
)

edition_papers = Table(
    "edition_papers",
    metadata,
    Column("edition_id", ForeignKey(editions.c.id, ondelete="CASCADE"), primary_key=True),
    Column("paper_id", String(40), primary_key=True),
    # As it was then, or as it was told of; None where nobody knew it.
    Column("version", Integer),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    Index("ix_edition_papers_subscriber_id_paper_id", "subscriber_id", "paper_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("edition_id", ForeignKey(editions.c.id, ondelete="CASCADE"), nullable=False),
    Column("target_id", ForeignKey(targets.c.id, ondelete="CASCADE"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    # Telegram: the part's HTML, so that a repeat is the same text; emptied when sent or gone, kept for an operator's
    # retry when failed. Mail is rendered when sent.
    Column("body", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    # Set when a claim ended without an answer; the one repeat is then marked as such.
    Column("unknown_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("claim", String(36)),
    # Set just before this claim's message leaves the house: without it an expired claim was certainly not sent.
    Column("begun_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("provider_id", String(200), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    UniqueConstraint("edition_id", "target_id", "part"),
    Index("ix_deliveries_state_not_before", "state", "not_before"),
    Index("ix_deliveries_target_id", "target_id"),
    Index("ix_deliveries_planned_at", "planned_at"),
    sqlite_autoincrement=True,
)

# --- is it alive ---------------------------------------------------------------------------------

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(40), primary_key=True),
    Column("beat_at", UtcDateTime, nullable=False),
)

# What a person who runs this has to know; told once to those of PAPERPOST_ADMIN_IDS.
alerts = Table(
    "alerts",
    metadata,
    # What it is about: raised again it is the same alert.
    Column("key", String(200), primary_key=True),
    Column("text", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    # Set when it is over.
    Column("cleared_at", UtcDateTime),
)
