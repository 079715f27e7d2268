"""Which follows a reader still has, through changes of their cadence (pure)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tidings.subscribers.models import EndedReason


class FollowSpan(NamedTuple):
    """One row of a follow: from when to when it was there."""

    follow_id: int
    subscriber_id: int
    project_id: int
    created_at: datetime
    ended_at: datetime | None
    ended_reason: EndedReason | None


def unbroken(spans: Iterable[FollowSpan]) -> set[int]:
    """Return the follows that are live, or were succeeded by one that is.

    ``spans`` stand newest first. Who stopped following and began again later has asked for nothing
    of what was before.
    """
    began: dict[tuple[int, int], datetime] = {}
    kept: set[int] = set()
    for span in spans:
        pair = span.subscriber_id, span.project_id
        succeeded = span.ended_reason is EndedReason.CADENCE_CHANGED and span.ended_at == began.get(
            pair
        )
        if span.ended_at is None or succeeded:
            kept.add(span.follow_id)
            began[pair] = span.created_at
        else:
            began.pop(pair, None)
    return kept
