"""The invented corpus as a source of records: it moves with the calendar."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any

from tidings.sandbox.moves import advance
from tidings.sandbox.parts import Award
from tidings.sandbox.render import DateStyle, Moment, WireRecord, core_num, render
from tidings.sandbox.weeks import week_at
from tidings.sandbox.world import World


class Corpus:
    """Records of an invented world as published at a calendar time; safe between threads."""

    def __init__(self, *, seed: int, size: int, dates: DateStyle = "modern") -> None:
        self._seed = seed
        self._size = size
        self._dates: DateStyle = dates
        self._world = World(seed=seed, size=size)
        self._kept: dict[int, tuple[tuple[Any, ...], WireRecord]] = {}
        self._records: tuple[int, DateStyle, list[WireRecord]] | None = None
        self._lock = Lock()

    def write_dates(self, dates: DateStyle) -> None:
        """Write dates as RePORTER did until April 2025, or as it does since."""
        with self._lock:
            self._dates = dates

    def records(self, now: datetime) -> Sequence[WireRecord]:
        """Return what is published at ``now``."""
        with self._lock:
            self._move_to(week_at(now))
            key = (self._world.week, self._dates)
            if self._records is None or self._records[:2] != key:
                self._records = (*key, self._render())
            return self._records[2]

    def links(self, now: datetime) -> Sequence[WireRecord]:
        """Return the publication links published at ``now``."""
        with self._lock:
            self._move_to(week_at(now))
            return [
                {"coreproject": core_num(head), "pmid": pmid, "applid": head.appl_id}
                for project in self._world.projects
                if project.links
                for head in [project.head]
                for pmid in project.links
            ]

    def describe(self, now: datetime) -> dict[str, Any]:
        """Say where the world stands."""
        records = self.records(now)
        return {"week": self._world.week, "today": self._world.today, "records": len(records)}

    def _move_to(self, week: int) -> None:
        if week < self._world.week:  # the way back leads through the beginning
            self._world = World(seed=self._seed, size=self._size)
            self._kept.clear()
        while self._world.week < week:
            advance(self._world)

    def _render(self) -> list[WireRecord]:
        return [self._rendered(award) for award in self._world.awards if not award.is_hidden]

    def _rendered(self, award: Award) -> WireRecord:
        world = self._world
        moment = Moment(
            today=world.today,
            is_new=award.added >= world.loads[-2:][0] and world.week > 0,
            seed=self._seed,
            style=world.style,
            dates=self._dates,
        )
        key = (
            award.revision,
            world.style.revision,
            moment.is_new,
            award.budget_end >= world.today,
            self._dates,
            world.today.isoformat()[:7],  # spending categories appear in June
        )
        kept = self._kept.get(award.appl_id)
        if kept is None or kept[0] != key:
            kept = self._kept[award.appl_id] = (key, render(award, moment))
        return kept[1]
