"""What a reader asks to be told of, before the address is known to be theirs (pure)."""

from pydantic import BaseModel, TypeAdapter

from tidings.subscribers.models import Cadence


class Wish(BaseModel, frozen=True, extra="forbid"):
    """A project or a list to follow, a search to save, and how often to be told."""

    cadence: Cadence = Cadence.WEEKLY
    follow_key: str | None = None
    search_text: str | None = None
    watchlist: str | None = None


WISHES = TypeAdapter[tuple[Wish, ...]](tuple[Wish, ...])
"""Reads and writes the JSON of ``token.wishes``."""

MAX_WISHES = 20
"""Wishes that one confirm mail may carry: more than a reader asks for in a day."""
