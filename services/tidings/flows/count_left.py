"""Count what nobody came for in time: how often recover was needed, and for what."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.db.session import commit
from tidings.notices.left_queries import WAITING, Span, count_waiting
from tidings.upkeep.queries import add_to_tallies, counted_until

LEFT_AFTER = timedelta(minutes=1)
"""Machine time after which a bell counts as lost: what waits for less was merely not rung yet."""

CLOCKS_APART = timedelta(minutes=5)
"""A count that reached further ahead than this was made before a clock was set back."""

RECOVERED = "recovered."
"""What the names of these tallies begin with."""


def count_left(
    session: Session,
    *,
    settled: Mapping[str, int],
    waits: Mapping[str, datetime | None],
    now: datetime,
    speed: float = 1.0,
) -> dict[str, int]:
    """Add to the tallies what was left lying, and return how much of it there was, by kind.

    A row is left when it has waited for a minute, and it is counted by the first call after that
    minute, once, however long it goes on to wait. ``settled`` is what the caller counted itself,
    ``waits`` since when a thing waits of which there is only one. Safe to call twice: a tally says
    up to when it was counted, and two who count at once wait for each other.
    """
    kinds = (*WAITING, *waits)
    names = {kind: RECOVERED + kind for kind in (*kinds, *settled)}
    counted = counted_until(session, names.values())
    until = _until(max(filter(None, counted.values()), default=None), now, speed)
    spans = {kind: Span(counted[names[kind]], until) for kind in kinds}
    left = {kind: count_waiting(session, kind, spans[kind]) for kind in WAITING}
    for kind, since in waits.items():
        left[kind] = int(since is not None and spans[kind].holds(since))
    left |= settled
    add_to_tallies(session, {names[kind]: count for kind, count in left.items()}, until=until)
    commit(session, "left.counted")
    return {kind: count for kind, count in left.items() if count}


def _until(counted: datetime | None, now: datetime, speed: float) -> datetime:
    """Return up to when to count: a little back, somebody overtook us, and counted already."""
    until = now - LEFT_AFTER * speed
    overtaken = counted is not None and until < counted <= until + CLOCKS_APART * speed
    return counted if overtaken and counted is not None else until
