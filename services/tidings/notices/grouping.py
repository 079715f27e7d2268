"""What one reader is told of one project after one sweep, from all its reasons (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tidings.notices.reasons import FollowReason, Reason
from tidings.projects.models import SEVERITY_ORDER, Severity
from tidings.subscribers.models import CADENCE_ORDER, Cadence


class Concern(NamedTuple):
    """Who is to be told of what: the three things of which there is one notice each."""

    subscriber_id: int
    project_id: int
    sweep_id: int


class Ground(NamedTuple):
    """A reason to tell, and how soon its reader wants to be told for it."""

    concern: Concern
    cadence: Cadence
    reason: Reason


@dataclass(frozen=True)
class Draft:
    """A notice that is to be."""

    concern: Concern
    severity: Severity
    cadence: Cadence
    reasons: tuple[Reason, ...]


def group(grounds: Iterable[Ground], severities: Mapping[int, Severity]) -> list[Draft]:
    """Return one draft a concern: all its reasons, at the soonest cadence, as grave as the worst.

    ``severities`` are those of the changes, by their ids; a find without changes is INFO.
    """
    together: defaultdict[Concern, list[Ground]] = defaultdict(list)
    for ground in grounds:
        together[ground.concern].append(ground)
    return [
        Draft(
            concern,
            _worst(severities[change] for ground in found for change in ground.reason.change_ids),
            min((ground.cadence for ground in found), key=CADENCE_ORDER.index),
            merge([ground.reason for ground in found]),
        )
        for concern, found in together.items()
    ]


def merge(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return the reasons, those of one follow or one saved search as one."""
    merged: dict[tuple[str, int], Reason] = {}
    for reason in reasons:
        key = _source(reason)
        known = merged.get(key)
        if known is not None:
            ids = tuple(sorted({*known.change_ids, *reason.change_ids}))
            merged[key] = known.model_copy(update={"change_ids": ids})
        else:
            merged[key] = reason
    return tuple(merged.values())


def _source(reason: Reason) -> tuple[str, int]:
    if isinstance(reason, FollowReason):
        return reason.type, reason.follow_id
    return reason.type, reason.saved_search_id


def _worst(severities: Iterable[Severity]) -> Severity:
    return min(severities, key=SEVERITY_ORDER.index, default=Severity.INFO)
