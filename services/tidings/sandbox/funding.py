"""How awards follow each other: next years, renewals, second phases, transfers, supplements."""

from datetime import date, timedelta
from itertools import count
from random import Random
from typing import NamedTuple

from tidings.sandbox import mechanisms
from tidings.sandbox.mechanisms import MECHANISMS
from tidings.sandbox.parts import Award, Project
from tidings.sandbox.people import draw_person, draw_site
from tidings.sandbox.weeks import add_years

FIRST_APPL_ID = 10_000_000
TRANSFERS = 0.015
"""Of all next years, those that happen at another institution."""

RENEWALS = 0.3
WITHOUT_TEXT = 0.05
"""New awards whose abstract arrives later."""


class Period(NamedTuple):
    """When an award's money may be spent, and in which year of support."""

    start: date
    end: date
    support_year: int


class Ledger:
    """Where awards are entered, in the order in which they are loaded."""

    def __init__(self, awards: list[Award]) -> None:
        self._awards = awards
        self._numbers = count(FIRST_APPL_ID, 7)

    def enter(self, award: Award) -> None:
        """Give an award its number and enter it."""
        award.appl_id = next(self._numbers)
        award.project.awards.append(award)
        self._awards.append(award)


def next_due(project: Project, rng: Random) -> date | None:
    """Return when the next award will be loaded, None if there will be none.

    An award is seen once its budget year has begun, a week or more later; fellowships much later.
    """
    if project.support_year < project.years:
        begins = add_years(project.start, project.support_year)
    elif project.mechanism.followed_by or (project.mechanism.renewable and rng.random() < RENEWALS):
        begins = add_years(project.start, project.years)
    else:
        return None
    lag = 40.0 if project.mechanism.code.startswith("F") else 6.0
    return begins + timedelta(days=8 + int(rng.expovariate(1 / lag)))


def fund_next(project: Project, ledger: Ledger, rng: Random, *, added: date) -> None:
    """Load the next award of a project."""
    kind, suffix = "5", ""
    if project.support_year == 0:
        kind, suffix = "1", rng.choices(("", "A1"), (80, 20))[0]
    elif project.support_year == project.years:
        kind = _second_phase(project, rng)
    elif rng.random() < TRANSFERS and project.mechanism.code != mechanisms.INTRAMURAL:
        kind = "7"
        _leave(project, rng, added)
    project.support_year += 1
    _load(project, ledger, rng, _Terms(kind, suffix, added))


def supplement(project: Project, ledger: Ledger, rng: Random, *, added: date) -> None:
    """Load a supplement to the newest award."""
    number = 1 + sum(award.type == "3" for award in project.awards)
    _load(project, ledger, rng, _Terms("3", f"S{number}", added))


class _Terms(NamedTuple):
    kind: str
    suffix: str
    added: date


def _second_phase(project: Project, rng: Random) -> str:
    """Prolong a project: into the phase that its kind of award leads to, or by a renewal."""
    following = MECHANISMS.get(project.mechanism.followed_by)
    kind = "2"
    if following is not None:
        kind = "4N"
        if project.mechanism.code == "K99":  # who leaves the mentor finds a place of their own
            project.site = draw_site(rng, following)
        project.mechanism = following
    project.yearly = int(project.mechanism.amount * rng.lognormvariate(0, 0.3))
    project.years += rng.randint(*project.mechanism.years)
    return kind


def _leave(project: Project, rng: Random, day: date) -> None:
    """Move a project to another institution: the old award is cut, sometimes to one dollar."""
    old = project.head
    if old.amount is not None:
        old.amount = 1 if rng.random() < 0.2 else int(old.amount * rng.uniform(0.2, 0.8))
    old.project_end = old.budget_end = min(old.budget_end, day - timedelta(days=20))
    old.revision += 1
    project.site = draw_site(rng, project.mechanism)


def _load(project: Project, ledger: Ledger, rng: Random, terms: _Terms) -> None:
    period = _period(project)
    award = Award(
        appl_id=0,
        project=project,
        type=terms.kind,
        support_year=period.support_year,
        suffix=terms.suffix,
        fiscal_year=_fiscal_year(period.start),
        mechanism=project.mechanism,
        site=project.site,
        people=project.people,
        amount=_amount(project, rng, terms.kind),
        project_start=project.start,
        project_end=add_years(project.start, project.years) - timedelta(days=1),
        budget_start=period.start,
        budget_end=period.end,
        notice=min(period.start, terms.added) - timedelta(days=rng.randint(0, 9)),
        added=terms.added,
        has_text=rng.random() >= WITHOUT_TEXT,
    )
    ledger.enter(award)
    if project.mechanism.has_components and terms.kind != "3":
        for component in range(1, 3 + project.number % 3):
            ledger.enter(_component(award, component, rng))


def _component(parent: Award, number: int, rng: Random) -> Award:
    return Award(
        appl_id=0,
        project=parent.project,
        type=parent.type,
        support_year=parent.support_year,
        suffix=parent.suffix,
        fiscal_year=parent.fiscal_year,
        mechanism=parent.mechanism,
        site=parent.site,
        people=(draw_person(rng),),
        amount=None if parent.amount is None else parent.amount // (3 + number),
        project_start=parent.project_start,
        project_end=parent.project_end,
        budget_start=parent.budget_start,
        budget_end=parent.budget_end,
        notice=parent.notice,
        added=parent.added,
        component=number,
    )


def _period(project: Project) -> Period:
    year = max(1, project.support_year)
    start = add_years(project.start, year - 1)
    return Period(start, add_years(project.start, year) - timedelta(days=1), year)


def _fiscal_year(day: date) -> int:
    return day.year + (day.month >= 10)


def _amount(project: Project, rng: Random, kind: str) -> int | None:
    if not project.mechanism.amount:
        return None
    share: float = rng.uniform(0.05, 0.25) if kind == "3" else rng.uniform(0.97, 1.03)
    return int(project.yearly * share)
