"""An invented world of projects that moves from week to week.

The same seed, size and week give the same world, however one got there: each project is drawn from
its own number, each week from its own number.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tidings.sandbox.funding import Ledger, fund_next, next_due
from tidings.sandbox.parts import Award, Project
from tidings.sandbox.people import draw_papers, draw_project
from tidings.sandbox.weeks import ORIGIN, saturday_after, saturday_of

NEW_PROJECTS = 0.005
"""A week, for each project of the world: about a quarter more in a year, as many end."""

HISTORY = 6 * 365
"""Days before the beginning of the world in which its first projects began."""


@dataclass
class Style:
    """How the whole of RePORTER writes some fields; a wave changes one of them everywhere."""

    blank_flex: bool = False
    kind_code: bool = True
    officers_upper: bool = True
    full_cfda: bool = True
    terms_rotated: int = 0
    revision: int = 0


class World:
    """Projects and awards as they stand after ``week`` weeks; see ``tidings.sandbox.moves``."""

    def __init__(self, *, seed: int, size: int) -> None:
        self.seed = seed
        self.size = size
        self.week = 0
        self.style = Style()
        self.loads: list[date] = [ORIGIN]
        self.projects: list[Project] = []
        self.awards: list[Award] = []
        self.planned: defaultdict[int, list[Callable[[], None]]] = defaultdict(list)
        self.ledger = Ledger(self.awards)
        self._due: list[tuple[date, int]] = []
        rng = self.rng("beginning")
        for _ in range(size):
            self._begin(ORIGIN - timedelta(days=rng.randint(0, HISTORY)))
        self.load_due(ORIGIN)

    @property
    def today(self) -> date:
        """The Saturday of the current week."""
        return saturday_of(self.week)

    def begin_new_projects(self, rng: Random) -> None:
        """Let new projects begin, a week or two before they are seen."""
        expected = NEW_PROJECTS * self.size
        for _ in range(int(expected) + (rng.random() < expected % 1)):
            self._begin(self.today - timedelta(days=rng.randint(8, 20)))

    def load_due(self, today: date) -> None:
        """Load every award that is due, in the order of their days."""
        while self._due and self._due[0][0] <= today:
            due, number = heapq.heappop(self._due)
            project = self.projects[number]
            rng = self.rng(f"project {number} year {len(project.awards)}")
            added = today if self.week else saturday_after(due)  # the past was loaded in its time
            fund_next(project, self.ledger, rng, added=added)
            self.expect(project, rng)

    def expect(self, project: Project, rng: Random) -> None:
        """Note when the next award of a project will be loaded, if there will be one."""
        if (due := next_due(project, rng)) is not None:
            heapq.heappush(self._due, (due, project.number))

    def forget(self, project: Project) -> None:
        """Expect no further award of a project that ended early."""
        self._due = [entry for entry in self._due if entry[1] != project.number]
        heapq.heapify(self._due)

    def _begin(self, start: date) -> None:
        number = len(self.projects)
        rng = self.rng(f"project {number}")
        project = draw_project(rng, number, start.replace(day=1) if rng.random() < 0.8 else start)
        years = (ORIGIN - start).days / 365
        project.links += draw_papers(self.rng(f"project {number} papers"), years)
        self.projects.append(project)
        self.expect(project, rng)

    def rng(self, purpose: str) -> Random:
        """Return the chance that rules one thing, the same each time."""
        return Random(f"{self.seed}:{self.size}:{purpose}")  # noqa: S311 - an invented world
