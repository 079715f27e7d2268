"""What a study page says, from the canonical forms of its awards (pure).

Nothing is invented: what the record does not say is not on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tidings.pages.activity_codes import kind_of_award
from tidings.pages.people import leaders_of
from tidings.pages.places import place_of
from tidings.pages.showing import CUT_NOTE, fit_to_show, is_cut, official_title
from tidings.projects.canonicalise import Canonical
from tidings.projects.names import title_case
from tidings.rendering.speech import Sayable

REPORTER = "https://reporter.nih.gov/project-details/"


@dataclass(frozen=True)
class Researcher:
    """One investigator."""

    name: str
    is_contact: bool


@dataclass(frozen=True)
class LinkedAward:
    """Another award of the same study: an earlier or later year of it, or a part."""

    number: str
    appl_id: int
    fiscal_year: int | None
    money: int | None
    is_part: bool
    reporter_url: str


@dataclass(frozen=True)
class StudyFacts:
    """Everything that stands on a study page above its timeline; empty where nothing is known."""

    title: str
    title_note: str
    number: str
    core_number: str
    appl_id: int
    kind: str
    status: str
    is_active: bool
    starts: date | None
    ends: date | None
    fiscal_year: int | None
    money: int | None
    money_in_all: int | None
    years_known: int
    funder: str
    institution: str
    place: str
    researchers: tuple[Researcher, ...]
    linked: tuple[LinkedAward, ...]
    categories: tuple[str, ...]
    reporter_url: str
    as_shown: str


def study_facts(
    current: Canonical, others: Sequence[Canonical] = (), *, read_on: date | None = None
) -> StudyFacts:
    """Return the facts of a study from the award that speaks for it and its other awards.

    ``read_on`` is the day on which RePORTER was last seen to show them.
    """
    organization: dict[str, Any] = current.get("organization", {})
    awards = [award for award in (current, *others) if "subproject_id" not in award]
    amounts = [award["award_amount"] for award in awards if "award_amount" in award]
    is_active = bool(current.get("is_active"))
    title = current.get("project_title", "")
    return StudyFacts(
        title=official_title(title),
        title_note=CUT_NOTE if is_cut(title) else "",
        number=current.get("project_num", ""),
        core_number=current.get("core_project_num", ""),
        appl_id=current["appl_id"],
        kind=kind_of_award(current.get("activity_code", "")),
        status=Sayable("Active") if is_active else Sayable("Not active now"),
        is_active=is_active,
        starts=_day(current, "project_start_date"),
        ends=_day(current, "project_end_date"),
        fiscal_year=current.get("fiscal_year"),
        money=current.get("award_amount"),
        money_in_all=sum(amounts) if len(amounts) > 1 else None,
        years_known=len(amounts),
        funder=_funder(current),
        institution=fit_to_show(title_case(organization.get("org_name", ""))),
        place=place_of(current)[0],
        researchers=tuple(Researcher(one.name, one.is_contact) for one in leaders_of(current)),
        linked=tuple(_linked(award) for award in sorted(others, key=_age)),
        categories=_categories(current),
        reporter_url=f"{REPORTER}{current['appl_id']}",
        as_shown=Sayable("as shown in RePORTER on {day}", day=read_on) if read_on else "",
    )


def _day(current: Canonical, field: str) -> date | None:
    return date.fromisoformat(current[field]) if field in current else None


def _age(award: Canonical) -> tuple[int, int]:
    return -award.get("fiscal_year", 0), -award["appl_id"]


def _linked(award: Canonical) -> LinkedAward:
    return LinkedAward(
        number=award.get("project_num", ""),
        appl_id=award["appl_id"],
        fiscal_year=award.get("fiscal_year"),
        money=award.get("award_amount"),
        is_part="subproject_id" in award,
        reporter_url=f"{REPORTER}{award['appl_id']}",
    )


def _funder(current: Canonical) -> str:
    institute: dict[str, Any] = current.get("agency_ic_admin", {})
    name, short = institute.get("name", ""), institute.get("abbreviation", "")
    return fit_to_show(f"{name} ({short})" if name and short else name or short)


def _categories(current: Canonical) -> tuple[str, ...]:
    listed = current.get("spending_categories_desc", "").split(";")
    return tuple(fit_to_show(category.strip()) for category in listed if category.strip())
