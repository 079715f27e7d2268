"""Tables of saved searches and of what they matched."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type
from tidings.subscribers.models import Cadence, EndedReason


class Search(Table, table=True):
    """A distinct search in canonical form: matched once, whoever saved it."""

    __tablename__: ClassVar[Any] = "search"

    id: int | None = Field(default=None, primary_key=True)
    canonical: str
    hash: str = Field(unique=True, description="of the canonical form")
    tree: list[Any] | None = Field(
        default=None,
        sa_type=JSON_TYPE,
        nullable=True,
        description="the same as a tree, quicker to read than the text, see searches.trees",
    )
    created_at: datetime = Field(sa_type=UtcDateTime)


class SavedSearch(Table, table=True):
    """A subscriber's own name and cadence for a search, with the text as it was typed."""

    __tablename__: ClassVar[Any] = "saved_search"
    __table_args__: ClassVar[Any] = (
        Index(
            "uq_saved_search_live",
            "subscriber_id",
            "search_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    search_id: int = Field(foreign_key="search.id", index=True)
    name: str
    text: str
    cadence: Cadence = Field(default=Cadence.WEEKLY, sa_type=enum_type(Cadence))
    cadence_by_kind: dict[str, str] = Field(
        default_factory=dict,
        sa_type=JSON_TYPE,
        description="cadences of change kinds that differ from the others'",
    )
    threshold: dict[str, int] = Field(
        default_factory=dict,
        sa_type=JSON_TYPE,
        description="what is too little to tell, see notices.preferences",
    )
    feed_hash: str | None = Field(
        default=None, unique=True, description="hash of the secret in its feed's address"
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    muted_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_reason: EndedReason | None = Field(default=None, sa_type=enum_type(EndedReason))


class Match(Table, table=True):
    """A search found a project: it does so once, and remembers what it was found by.

    ``sweep_id`` is None for what a search matched on the day it was saved: known, and no news.
    """

    __tablename__: ClassVar[Any] = "match"

    search_id: int = Field(foreign_key="search.id", primary_key=True)
    project_id: int = Field(foreign_key="project.id", primary_key=True)
    appl_id: int = Field(foreign_key="award.appl_id")
    version: int
    clauses: list[dict[str, Any]] = Field(
        sa_type=JSON_TYPE, description="the clauses that held: {clause, field, excerpt}"
    )
    sweep_id: int | None = Field(default=None, foreign_key="sweep.id")
    matched_at: datetime = Field(sa_type=UtcDateTime)


class AwardWords(Table, table=True):
    """A set of words that an award had in some version: the id is that of the set in the index.

    Several versions with the same words have one, see searches.candidates and db.word_index.
    """

    __tablename__: ClassVar[Any] = "award_words"

    id: int | None = Field(default=None, primary_key=True)
    appl_id: int = Field(foreign_key="award.appl_id")


class Condition(Table, table=True):
    """A condition that people have, by its preferred name; several vocabularies may know it."""

    __tablename__: ClassVar[Any] = "condition"

    id: int | None = Field(default=None, primary_key=True)
    words: str = Field(unique=True, description="the name as searches read it: words, one space")
    name: str
    source: str = Field(description="of the vocabulary that brought it, e.g. DOID:0060081")


class ConditionName(Table, table=True):
    """One name of a condition, the preferred one or a synonym."""

    __tablename__: ClassVar[Any] = "condition_name"

    condition_id: int = Field(foreign_key="condition.id", primary_key=True)
    words: str = Field(primary_key=True, index=True, description="as searches read it")
    name: str
