"""The tables. Their keys are what makes every verb safe to repeat."""

import sqlalchemy as sa

from digest.store import search_tables as search_tables
from digest.store.audit_tables import audit as audit
from digest.store.audit_tables import restoration as restoration
from digest.store.group_tables import group_interest as group_interest
from digest.store.group_tables import group_list as group_list
from digest.store.group_tables import group_member as group_member
from digest.store.group_tables import reader_group as reader_group
from digest.store.joining_tables import application as application
from digest.store.joining_tables import joining as joining
from digest.store.metadata import Id, belongs_to, where
from digest.store.metadata import metadata as metadata
from digest.store.outbox_tables import EXPIRED_DELIVERY as EXPIRED_DELIVERY
from digest.store.outbox_tables import OPEN_DELIVERY as OPEN_DELIVERY
from digest.store.outbox_tables import bounce as bounce
from digest.store.outbox_tables import delivery as delivery
from digest.store.outbox_tables import letter as letter
from digest.store.outbox_tables import message as message
from digest.store.outbox_tables import reply as reply
from digest.store.outbox_tables import suppression as suppression
from digest.store.shadow_tables import shadow as shadow
from digest.store.text_tables import former_text as former_text
from digest.store.types import UtcDateTime
from digest.store.wanted_tables import wanted as wanted
from digest.store.wanted_tables import wanted_name as wanted_name
from digest.store.work_tables import work as work

UNCOUNTED = "length(terms) = 0"  # in the words of the index, which serves no others
WITH_TERMS = "length(terms) > 1"  # the same; one byte stands for terms that were dropped
SUPERSEDED = "superseded"  # likewise

paper = sa.Table(
    "paper",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("canonical_key", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("abstract", sa.Text, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("classes", sa.JSON, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("doi", sa.Text, nullable=False),
    sa.Column("journal_ref", sa.Text, nullable=False),
    sa.Column("submitter", sa.Text, nullable=False, server_default=""),
    sa.Column("bylines", sa.JSON(none_as_null=True)),  # see store.papers; nothing where names are all that is told
    sa.Column("url", sa.Text, nullable=False, server_default=""),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("terms", sa.LargeBinary, nullable=False),  # relevance.text.TermCounts; empty until they are counted
    sa.Index("ix_paper_uncounted", "id", **where(UNCOUNTED)),
    sa.Index("ix_paper_with_terms", "id", **where(WITH_TERMS)),
)

identifier = sa.Table(
    "identifier",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    belongs_to("paper"),
    sa.Index("ix_identifier_paper_id", "paper_id"),
)

# A merged paper stays as it is, and is read as the one it was merged into until it is split off again.
merge = sa.Table(
    "merge",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("paper"),
    sa.Column("into_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), nullable=False),
    sa.Column("rule", sa.Text, nullable=False),  # what made them one: identity.Rule
    sa.Column("merged_at", UtcDateTime, nullable=False),
    sa.Column("split_at", UtcDateTime),
    sa.Index("ix_merge_into_id", "into_id"),
    sa.Index("uq_merge_paper_id", "paper_id", unique=True, **where("split_at IS NULL")),
)

version = sa.Table(
    "version",
    metadata,
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("submitted_at", UtcDateTime),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
)

announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    belongs_to("paper"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),  # its batch had been closed before
    sa.UniqueConstraint("source", "stream", "paper_id", "kind", "day"),
    sa.Index("ix_announcement_paper_id", "paper_id"),
    sa.Index("ix_announcement_day", "day"),
)

batch = sa.Table(
    "batch",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("expected", sa.Integer, nullable=False),
    sa.Column("arrived", sa.Integer, nullable=False),
    sa.Column("late", sa.Integer, nullable=False),
    sa.Column("missing", sa.JSON, nullable=False),  # names of papers that were named and are not held
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("closes_at", UtcDateTime, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Index("ix_batch_day", "day"),
)

signal = sa.Table(
    "signal",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("observed_at", UtcDateTime, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("superseded", sa.Boolean, nullable=False, server_default=sa.false()),  # the source told otherwise since
    sa.Index("ix_signal_superseded", "observed_at", **where(SUPERSEDED)),
)

asked = sa.Table(  # which papers a source of signals was asked about, and when
    "asked",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
)

author = sa.Table(
    "author",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("block", sa.Text, nullable=False),  # namesakes.Person.block
    sa.Column("first", sa.Text, nullable=False),  # namesakes.Person.first
    sa.Column("printed", sa.Text, nullable=False),  # the name as first printed
    sa.Column("summary", sa.JSON, nullable=False),  # see store.people
    sa.Column("hidden_at", UtcDateTime),  # since when the operator shows no page of this person
    sa.Index("ix_author_block", "block", "first"),
)

author_name = sa.Table(  # how often each name was met
    "author_name",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),  # folded
    sa.Column("mentions", sa.Integer, nullable=False),
)

author_key = sa.Table(
    "author_key",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # authors.AuthorKey
    belongs_to("author"),
    sa.Index("ix_author_key_author_id", "author_id"),
)

authorship = sa.Table(
    "authorship",
    metadata,
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),  # 0 is the first author
    belongs_to("author"),
    sa.Index("ix_authorship_author_id", "author_id"),
)

cursor = sa.Table(
    "cursor",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("token", sa.Text),
    sa.Column("began", sa.Date),
    sa.Column("completed_at", UtcDateTime),
    sa.Column("validator", sa.Text),  # what the source gave for asking "changed since?" (RFC 9110 §8.8)
)

gate = sa.Table(
    "gate",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("last_request_at", UtcDateTime),
    sa.Column("rest_until", UtcDateTime),
    sa.Column("rest_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("holder", sa.Text),  # the process that may ask the source now
    sa.Column("held_until", UtcDateTime),
    sa.Column("budget_used", sa.Integer, nullable=False, server_default="0"),
    sa.Column("budget_began", UtcDateTime),
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("address_key", sa.Text, nullable=False, unique=True),  # case folded
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("send_at", sa.Time, nullable=False),
    sa.Column("days", sa.JSON, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("next_due_at", UtcDateTime, nullable=False),
    sa.Column("read_through", sa.BigInteger),
    sa.Column("feed_uri", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="daily"),  # editions.EditionKind
    sa.Column("plain", sa.Boolean, nullable=False, server_default=sa.false()),  # mails without HTML
    sa.Column("language", sa.Text, nullable=False, server_default="en"),
    sa.Column("heard_at", UtcDateTime),  # when they last voted, changed or confirmed something
    sa.Column("learner", sa.Text, nullable=False, server_default="full"),  # subscribers.Learner
    sa.Column("paused_until", sa.Date),  # local; the first day after a pause that ends by itself
    sa.Column("left_at", UtcDateTime),  # when they last left by a link, a button or a mail
    sa.Column("threshold", sa.Float),  # the least probability of a paper, where the reader has chosen one
    sa.Index("ix_subscriber_next_due_at", "next_due_at", **where("state = 'active'")),
    sa.Index("ix_subscriber_paused_until", "paused_until", **where("paused_until IS NOT NULL")),
    sqlite_autoincrement=True,  # links name the number, which nobody else may ever have
)

interest = sa.Table(
    "interest",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("subscriber"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False),  # case folded
    sa.Column("weight", sa.Float, nullable=False, server_default="1"),
    sa.Column("quota", sa.Integer),
    sa.Column("everything", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("subscriber_id", "name_key"),
)

profile_entry = sa.Table(
    "profile_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("interest"),
    sa.Column("field", sa.Text, nullable=False),  # subscribers.ProfileField
    sa.Column("value", sa.Text, nullable=False),
    sa.UniqueConstraint("interest_id", "field", "value"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    belongs_to("interest"),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Index("ix_feedback_paper_id", "paper_id"),
    sa.Index("ix_feedback_interest_id", "interest_id"),
)

edition = sa.Table(
    "edition",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("subscriber"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("slot_date", sa.Date, nullable=False),
    sa.Column("items", sa.JSON, nullable=False),  # see store.editions
    sa.Column("considered", sa.JSON, nullable=False),
    sa.Column("papers_read", sa.Integer, nullable=False),
    sa.Column("ledger", sa.JSON),
    sa.Column("notices", sa.JSON),
    sa.Column("also_new", sa.JSON),
    sa.Column("trending", sa.JSON),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("subscriber_id", "kind", "slot_date"),
    sqlite_autoincrement=True,  # as for the subscriber
)

seen = sa.Table(
    "seen",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("edition_id", sa.ForeignKey("edition.id", ondelete="SET NULL")),  # seen for ever, whatever brought it
    sa.Index("ix_seen_edition_id", "edition_id"),
    sa.Index("ix_seen_paper_id", "paper_id"),
)

RECLAIMED = "reclaimed_at IS NOT NULL"

left_out = sa.Table(  # of the shadow log, what stands by itself: what was asked for, or is carried
    "left_out",
    metadata,
    sa.Column("edition_id", sa.ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("interest", sa.Text, nullable=False),  # its name at that time
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("probability", sa.Float),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("reclaimed_at", UtcDateTime),
    sa.Index("ix_left_out_paper_id", "paper_id"),
    sa.Index("ix_left_out_reclaimed", "edition_id", **where(RECLAIMED)),
)

saved = sa.Table(  # papers that readers keep for themselves
    "saved",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Index("ix_saved_paper_id", "paper_id"),
)

feed_token = sa.Table(  # by hash, so that nobody reads an address here
    "feed_token",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("token_hash", sa.Text, nullable=False, unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

secret = sa.Table(
    "secret",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

alarm = sa.Table(
    "alarm",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("said_at", UtcDateTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
