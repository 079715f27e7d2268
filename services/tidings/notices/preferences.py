"""What of the news of a study one follow or saved search tells, and how soon (pure).

A reader may want some kinds of change sooner, later or not at all, sums and days below a threshold
not at all, and nothing for a while. Bad news that was told is taken back in spite of all that, for
as long as the follow or saved search is there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from tidings.errors import RejectedError
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import CADENCE_ORDER, Cadence

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when something is muted that is muted for good."""

PERCENT, DOLLARS, DAYS = "percent", "dollars", "days"
MOST = {PERCENT: 100, DOLLARS: 1_000_000_000, DAYS: 3660}
"""What a threshold may be made of, each with its largest value."""

NEVER_TOLD = frozenset({ChangeKind.COSMETIC})

NO_NEWS, PAUSED, MUTED, TOO_LITTLE = "no news", "paused", "muted", "below the threshold"
"""Why something is not told, as it stands in ``notice.skipped_reason``."""


class Wish(Protocol):
    """The columns of a follow or saved search that say what is told, and how soon."""

    cadence: Cadence
    cadence_by_kind: dict[str, str]
    threshold: dict[str, int]
    muted_until: datetime | None


@dataclass(frozen=True)
class Preference:
    """What one follow or saved search asks for.

    ``by_kind`` holds the kinds that differ from ``cadence``; ``threshold`` is in percent and
    dollars for sums and in days for dates.
    """

    cadence: Cadence
    by_kind: Mapping[ChangeKind, Cadence] = field(default_factory=dict[ChangeKind, Cadence])
    threshold: Mapping[str, int] = field(default_factory=dict[str, int])
    muted_until: datetime | None = None

    def cadence_of(self, kind: ChangeKind) -> Cadence:
        """Return how soon a kind of change is told."""
        return self.by_kind.get(kind, self.cadence)

    def is_muted(self, at: datetime) -> bool:
        """Say whether nothing is told of what is matched at that time."""
        return self.muted_until is not None and self.muted_until > at

    @property
    def cadences(self) -> frozenset[Cadence]:
        """All cadences at which something may be told."""
        return frozenset({self.cadence, *self.by_kind.values()} - {Cadence.PAUSED})


@dataclass(frozen=True)
class Choice:
    """The changes that are told, and how soon: the soonest of theirs.

    ``why_not`` says why nothing is told; then the cadence is PAUSED.
    """

    told: tuple[Change, ...]
    cadence: Cadence
    why_not: str = ""


Undone = Mapping[int, Cadence]
"""Bad news that a reader was told, by the id of the change, and how soon that was."""

NOTHING: Undone = MappingProxyType({})


def preference_of(wish: Wish) -> Preference:
    """Return what a stored follow or saved search asks for."""
    return Preference(
        wish.cadence,
        {ChangeKind(kind): Cadence(cadence) for kind, cadence in wish.cadence_by_kind.items()},
        wish.threshold,
        wish.muted_until,
    )


def choose(
    preference: Preference, changes: Sequence[Change], *, at: datetime, undone: Undone = NOTHING
) -> Choice:
    """Return which of the changes are told that are matched ``at`` a time.

    What takes back bad news that the reader was told is always one of them, as soon as the bad news
    was told or sooner. Order is kept.
    """
    soonest: dict[int, Cadence] = {}
    reasons: list[str] = []
    for number, change in enumerate(changes):
        why_not = _why_not(preference, change, at)
        wanted = [] if why_not else [preference.cadence_of(change.kind)]
        if change.reverses_id is not None and change.reverses_id in undone:
            wanted.append(undone[change.reverses_id])
        if wanted:
            soonest[number] = soonest_of(wanted)
        else:
            reasons.append(why_not)
    told = tuple(changes[number] for number in soonest)
    return Choice(told, soonest_of(soonest.values()), "" if told else _foremost(reasons) or NO_NEWS)


def choose_find(preference: Preference, changes: Sequence[Change], *, at: datetime) -> Choice:
    """Return how soon a study is told that a saved search found: a find is a new project.

    What happened to it, ``changes``, comes along, but for kinds that are never wanted.
    """
    if preference.is_muted(at):
        return Choice((), Cadence.PAUSED, MUTED)
    cadence = preference.cadence_of(ChangeKind.NEW_PROJECT)
    if cadence is Cadence.PAUSED:
        return Choice((), cadence, PAUSED)
    kept = (one for one in changes if preference.cadence_of(one.kind) is not Cadence.PAUSED)
    return Choice(tuple(kept), cadence)


def choose_unknown(preference: Preference, *, at: datetime) -> Choice:
    """Return how soon something is told whose changes are not stored any more."""
    if preference.is_muted(at):
        return Choice((), Cadence.PAUSED, MUTED)
    cadence = preference.cadence
    return Choice((), cadence, PAUSED if cadence is Cadence.PAUSED else "")


def soonest_of(cadences: Iterable[Cadence]) -> Cadence:
    """Return the soonest; PAUSED of none."""
    return min(cadences, key=CADENCE_ORDER.index, default=Cadence.PAUSED)


def is_too_little(change: Change, threshold: Mapping[str, int]) -> bool:
    """Say whether a change is below the threshold.

    A sum is when it is below each limit that is set, a date when it moved by fewer days. What is
    critical or takes bad news back never is, nor is what came or went altogether.
    """
    if change.severity is Severity.CRITICAL or change.kind is ChangeKind.REVERSED:
        return False
    if change.before is None or change.after is None:
        return False
    if change.kind is ChangeKind.AMOUNT_CHANGED:
        return _is_small_sum(change.before, change.after, threshold)
    if DAYS in threshold and change.kind in _DATES:
        moved = date.fromisoformat(change.after) - date.fromisoformat(change.before)
        return abs(moved.days) < threshold[DAYS]
    return False


def asked_for(
    cadence: Cadence | None, by_kind: Mapping[str, str] | None, threshold: Mapping[str, int] | None
) -> dict[str, Any]:
    """Return the columns that are asked for with their values, None leaving one out.

    Raises RejectedError, in words, for nonsense.
    """
    asked: dict[str, Any] = {}
    if cadence is not None:
        asked["cadence"] = cadence
    if by_kind is not None:
        asked["cadence_by_kind"] = checked_by_kind(by_kind)
    if threshold is not None:
        asked["threshold"] = checked_threshold(threshold)
    return asked


def checked_by_kind(by_kind: Mapping[str, str]) -> dict[str, str]:
    """Return the cadences by kind as they are stored; RejectedError, in words, for nonsense."""
    kinds = {kind.value for kind in ChangeKind} - NEVER_TOLD
    if not set(by_kind) <= kinds:
        raise RejectedError(Sayable("There is no such kind of change."))
    if not set(by_kind.values()) <= {cadence.value for cadence in Cadence}:
        raise RejectedError(Sayable("Nothing is told that often."))
    return {ChangeKind(kind).value: Cadence(by_kind[kind]).value for kind in sorted(by_kind)}


def checked_threshold(threshold: Mapping[str, int]) -> dict[str, int]:
    """Return the threshold as it is stored, without zeros; RejectedError for nonsense."""
    if not set(threshold) <= set(MOST):
        raise RejectedError(Sayable("A threshold is in percent, in dollars or in days."))
    if any(not 0 <= value <= MOST[name] for name, value in threshold.items()):
        raise RejectedError(Sayable("A threshold is not below zero, and not that large."))
    return {name: threshold[name] for name in sorted(threshold) if threshold[name]}


_DATES = frozenset({ChangeKind.EXTENDED, ChangeKind.SHORTENED, ChangeKind.DATES_CHANGED})


def _why_not(preference: Preference, change: Change, at: datetime) -> str:
    if preference.is_muted(at):
        return MUTED
    if preference.cadence_of(change.kind) is Cadence.PAUSED:
        return PAUSED
    return TOO_LITTLE if is_too_little(change, preference.threshold) else ""


def _is_small_sum(before: int, after: int, threshold: Mapping[str, int]) -> bool:
    moved = abs(after - before)
    below = [moved < threshold[DOLLARS]] if DOLLARS in threshold else []
    if PERCENT in threshold:
        below.append(moved * 100 < threshold[PERCENT] * abs(before))
    return bool(below) and all(below)


def _foremost(reasons: Sequence[str]) -> str:
    """Return the reason that, were it gone, would let most be told."""
    return min(reasons, key=(MUTED, PAUSED, TOO_LITTLE).index, default="")
