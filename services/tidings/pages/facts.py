"""What a study page says, from the canonical forms of its awards (pure).

Nothing is invented: what the record does not say is not on the page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tidings.pages.activity_codes import kind_of_award
from tidings.pages.readability import reading_level
from tidings.projects.canonicalise import Canonical
from tidings.projects.names import person, title_case
from tidings.rendering.speech import Sayable

_HEADING = re.compile(
    r"^\s*(project\s+(summary|narrative)(\s*/\s*abstract)?|summary|abstract|(public\s+health\s+)?"
    r"(relevance|narrative)(\s+statement)?|description(\s*\(provided by applicant\))?)\s*[:.]?\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quote:
    """The researchers' own words, with whom they are written for."""

    paragraphs: tuple[str, ...]
    level: str


@dataclass(frozen=True)
class Researcher:
    """One investigator."""

    name: str
    is_contact: bool


@dataclass(frozen=True)
class StudyFacts:
    """Everything that stands on a study page above its timeline; empty where nothing is known."""

    title: str
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
    categories: tuple[str, ...]
    narrative: Quote | None
    abstract: Quote | None
    reporter_url: str


def study_facts(current: Canonical, others: Sequence[Canonical] = ()) -> StudyFacts:
    """Return the facts of a study from the award that speaks for it and its other awards."""
    organization: dict[str, Any] = current.get("organization", {})
    awards = [award for award in (current, *others) if "subproject_id" not in award]
    amounts = [award["award_amount"] for award in awards if "award_amount" in award]
    is_active = bool(current.get("is_active"))
    return StudyFacts(
        title=official_title(current.get("project_title", "")),
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
        institution=title_case(organization.get("org_name", "")),
        place=_place(organization),
        researchers=_researchers(current),
        categories=_categories(current),
        narrative=_quote(current.get("phr_text", "")),
        abstract=_quote(current.get("abstract_text", "")),
        reporter_url=f"https://reporter.nih.gov/project-details/{current['appl_id']}",
    )


def official_title(title: str) -> str:
    """Return a title fit to read: one in capitals gets small letters, the rest stays."""
    letters = [letter for letter in title if letter.isalpha()]
    if not letters or any(letter.islower() for letter in letters):
        return title
    return title[:1] + title[1:].lower()


def _day(current: Canonical, field: str) -> date | None:
    return date.fromisoformat(current[field]) if field in current else None


def _funder(current: Canonical) -> str:
    institute: dict[str, Any] = current.get("agency_ic_admin", {})
    name, short = institute.get("name", ""), institute.get("abbreviation", "")
    return f"{name} ({short})" if name and short else name or short


def _place(organization: dict[str, Any]) -> str:
    country = organization.get("org_country", "")
    abroad = title_case(country) if country != "UNITED STATES" else ""
    parts = (
        title_case(organization.get("org_city", "")),
        organization.get("org_state", ""),
        abroad,
    )
    return ", ".join(part for part in parts if part)


def _researchers(current: Canonical) -> tuple[Researcher, ...]:
    people: list[dict[str, Any]] = current.get("principal_investigators", [])
    if not people and current.get("contact_pi_name"):
        return (Researcher(person(current["contact_pi_name"]), is_contact=True),)
    named = [Researcher(_name(one), is_contact=bool(one.get("is_contact_pi"))) for one in people]
    return tuple(sorted(named, key=lambda one: (not one.is_contact, one.name)))


def _name(one: dict[str, Any]) -> str:
    parts = (one.get("first_name"), one.get("middle_name"), one.get("last_name"))
    spelled = " ".join(title_case(part) for part in parts if part)
    return spelled or title_case(one.get("full_name", ""))


def _categories(current: Canonical) -> tuple[str, ...]:
    listed = current.get("spending_categories_desc", "").split(";")
    return tuple(category.strip() for category in listed if category.strip())


def _quote(text: str) -> Quote | None:
    plain = _HEADING.sub("", text).strip()
    if not plain:
        return None
    paragraphs = tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", plain))
    return Quote(tuple(part for part in paragraphs if part), reading_level(plain))
