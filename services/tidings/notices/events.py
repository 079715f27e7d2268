"""What happened to a project, sweep by sweep, and why nobody was told of it (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidings.notices import preferences
from tidings.notices.preferences import FOREVER, Preference, choose, choose_find
from tidings.notices.silences import Finding, Outcome
from tidings.projects.models import Change, Severity, SweepState
from tidings.rendering.filters import moment
from tidings.subscribers.models import Cadence


@dataclass(frozen=True)
class Event:
    """All that happened to one award in one sweep and may be told, but for what is held apart."""

    sweep_id: int
    appl_id: int
    version: int
    changes: tuple[Change, ...]
    seen_at: datetime
    processed_at: datetime | None
    is_held: bool
    is_being_read: bool

    def concerns(self, since: datetime) -> bool:
        """Say whether a wish of that age is concerned with it: it was not matched before."""
        return self.processed_at is None or self.processed_at > since

    @property
    def waits(self) -> Finding | None:
        """Say what keeps it from being told to anybody yet, if anything does."""
        seen = f"A change was seen on {moment(self.seen_at)} in sweep {self.sweep_id}"
        if self.is_being_read:
            return Finding(Outcome.BEING_READ, f"{seen}, which is not at its end yet.")
        if self.is_held:
            words = f"{seen} and is held by the storm breaker: most of that sweep changed alike."
            return Finding(Outcome.HELD_AS_STORM, words)
        if self.processed_at is None:
            return Finding(Outcome.TO_BE_MATCHED, f"{seen} and waits to be matched.")
        return None


@dataclass(frozen=True)
class Wish:
    """A live follow or saved search: since when it is there, and what it asks for."""

    about: str
    since: datetime
    preference: Preference

    def silence(self, at: datetime, changes: Sequence[Change] = ()) -> Finding | None:
        """Say why it asks for none of these changes, or for no find, matched at that time."""
        choice = (choose if changes else choose_find)(self.preference, changes, at=at)
        match choice.why_not:
            case "":
                return None
            case preferences.MUTED:
                return Finding(Outcome.MUTED, self._muted(), self.about)
            case preferences.TOO_LITTLE:
                words = f"The change is below its threshold of {self._threshold()}."
                return Finding(Outcome.TOO_LITTLE, words, self.about)
            case _:
                return Finding(Outcome.PAUSED, self._paused(changes), self.about)

    def _muted(self) -> str:
        until = self.preference.muted_until
        return (
            "It is muted for good." if until == FOREVER else f"It was muted until {moment(until)}."
        )

    def _paused(self, changes: Sequence[Change]) -> str:
        if self.preference.cadence is Cadence.PAUSED:
            return "It is paused."
        kinds = sorted({change.kind.value.replace("_", " ") for change in changes})
        return f"It is paused for this kind of news: {', '.join(kinds) or 'new project'}."

    def _threshold(self) -> str:
        return ", ".join(f"{value:,} {unit}" for unit, value in self.preference.threshold.items())


def events_of(changes: Iterable[tuple[Change, SweepState]]) -> list[Event]:
    """Group the changes that may be told, given newest first; the events come newest first."""
    together: defaultdict[tuple[int, int, bool], list[tuple[Change, SweepState]]]
    together = defaultdict(list)
    for change, state in changes:
        if change.severity is not Severity.QUIET:
            key = change.sweep_id, change.appl_id, change.held_at is not None
            together[key].append((change, state))
    return [
        Event(
            sweep_id,
            appl_id,
            version=max(change.version for change, _ in found),
            changes=tuple(change for change, _ in found),
            seen_at=max(change.seen_at for change, _ in found),
            processed_at=found[0][0].processed_at,
            is_held=is_held,
            is_being_read=found[0][1] is SweepState.RUNNING,
        )
        for (sweep_id, appl_id, is_held), found in together.items()
    ]
