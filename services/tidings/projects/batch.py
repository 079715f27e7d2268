"""What a page of readings changes in the store, decided before anything is written (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tidings.projects.arrivals import arrival
from tidings.projects.classify import Case, classify
from tidings.projects.codec import back_delta, unpack
from tidings.projects.diff import FieldChange
from tidings.projects.identity import Standing
from tidings.projects.models import ChangeKind, Severity
from tidings.projects.reading import Reading
from tidings.projects.rows import arrival_of, award_columns, award_row, change_row, snapshot_row
from tidings.projects.stored import StoredAward
from tidings.projects.verdict import PastChange, Verdict

RETURNED = Verdict(ChangeKind.RETURNED, Severity.NOTABLE)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Known:
    """What the store knows beforehand: awards, projects by key, standings by project, bad news."""

    stored: Mapping[int, StoredAward]
    project_ids: Mapping[str, int]
    standings: Mapping[int, Mapping[int, Standing]]
    past: Mapping[int, Sequence[PastChange]]


@dataclass(frozen=True)
class Batch:
    """The rows to write, and which award speaks for each project that the page touched."""

    new_awards: Rows = field(default_factory=Rows)
    updates: Rows = field(default_factory=Rows)
    snapshots: Rows = field(default_factory=Rows)
    changes: Rows = field(default_factory=Rows)
    speakers: dict[int, int] = field(default_factory=dict[int, int])


def is_altered(award: StoredAward, reading: Reading) -> bool:
    """Say whether a reading makes a new version of an award: other content, or a return."""
    return award.content_hash != reading.content_hash or award.missing_since is not None


class Planner:
    """Plans the batch of one page, award by award."""

    def __init__(self, known: Known, *, sweep_id: int, now: datetime) -> None:
        self.batch = Batch()
        self._known = known
        self._sweep_id = sweep_id
        self._now = now
        self._families = {
            project_id: dict(family) for project_id, family in known.standings.items()
        }

    def plan(self, readings: Iterable[Reading]) -> Batch:
        """Return what ``readings`` change: new awards first, since they decide who speaks."""
        fresh: defaultdict[int, list[Reading]] = defaultdict(list)
        altered: list[tuple[StoredAward, Reading]] = []
        for reading in readings:
            award = self._known.stored.get(reading.appl_id)
            if award is None:
                fresh[self._known.project_ids[reading.key]].append(reading)
            elif is_altered(award, reading):
                altered.append((award, reading))
        for project_id, members in fresh.items():
            for reading in sorted(members, key=lambda member: member.standing.rank, reverse=True):
                self._add(project_id, reading)
        for award, reading in altered:
            self._families[award.project_id][award.appl_id] = reading.standing
        for project_id in {*fresh, *(award.project_id for award, _ in altered)}:
            family = self._families[project_id]
            self.batch.speakers[project_id] = max(family.values(), key=lambda one: one.rank).appl_id
        for award, reading in altered:
            self._alter(award, reading)
        return self.batch

    def _add(self, project_id: int, reading: Reading) -> None:
        family = self._families.setdefault(project_id, {})
        verdict = arrival(reading.standing, list(family.values()))
        family[reading.appl_id] = reading.standing
        self.batch.new_awards.append(award_row(reading, project_id, self._now))
        self._keep(reading, version=1)
        award = StoredAward(reading.appl_id, project_id, 1, reading.content_hash, b"")
        self._tell(arrival_of(reading.appl_id), verdict, award)

    def _alter(self, before: StoredAward, reading: Reading) -> None:
        version = before.version + 1
        canonical = unpack(before.body)
        after = replace(before, version=version)
        self.batch.updates.append(award_columns(reading, version=version, now=self._now))
        self._keep(reading, version=version, delta=back_delta(canonical, reading.canonical))
        if before.missing_since is not None:
            self._tell(arrival_of(reading.appl_id), RETURNED, after)
        case = Case(
            canonical,
            reading.canonical,
            seen_on=self._now.date(),
            speaks=self.batch.speakers[before.project_id] == reading.appl_id,
            past=self._known.past.get(reading.appl_id, ()),
        )
        for change, verdict in classify(case):
            self._tell(change, verdict, after)

    def _keep(self, reading: Reading, **version: Any) -> None:
        row = snapshot_row(reading, sweep_id=self._sweep_id, now=self._now, **version)
        self.batch.snapshots.append(row)

    def _tell(self, change: FieldChange, verdict: Verdict, award: StoredAward) -> None:
        row = change_row(change, verdict, award=award, sweep_id=self._sweep_id, now=self._now)
        self.batch.changes.append(row)
