"""Tables of watchlists, and of who follows them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type
from tidings.subscribers.models import Cadence, EndedReason


class Watchlist(Table, table=True):
    """A reader's list of studies and searches; whoever knows its slug may read it once published.

    ``entries`` is a list of objects, shaped by watchlists.entries: a study by its key or a search
    by its text, each with a name. ``version`` grows with every change.
    """

    __tablename__: ClassVar[Any] = "watchlist"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, description="chance alone: its public address")
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    title: str
    about: str = ""
    language: str = "en"
    entries: list[dict[str, Any]] = Field(sa_type=JSON_TYPE)
    version: int = 1
    forked_from: str = Field(default="", description="address of the list that it was taken from")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WatchlistFollow(Table, table=True):
    """A subscriber follows a list: they follow what it names, and no more what it drops.

    ``given`` says which follows and saved searches came from the list, shaped by
    watchlists.giving; what the reader had by themselves is theirs, and stays when the list drops
    it.
    """

    __tablename__: ClassVar[Any] = "watchlist_follow"
    __table_args__: ClassVar[Any] = (
        Index(
            "uq_watchlist_follow_live",
            "subscriber_id",
            "watchlist_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    watchlist_id: int = Field(foreign_key="watchlist.id", index=True)
    cadence: Cadence = Field(default=Cadence.WEEKLY, sa_type=enum_type(Cadence))
    given: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
    version: int = Field(default=0, description="of the list, as far as it was taken over")
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_reason: EndedReason | None = Field(default=None, sa_type=enum_type(EndedReason))
