"""A study in two lines: who and where; what it is, how much and until when (pure)."""

from datetime import date
from typing import Any

from tidings.projects.canonicalise import Canonical
from tidings.projects.names import person, title_case
from tidings.rendering.speech import Speech

ABROAD_IS_NOT = "UNITED STATES"


def people_line(award: Canonical, speech: Speech) -> str:
    """Return who leads a study and where: ``Bogang Wu and 1 more, Mayo Clinic (Phoenix, AZ)``."""
    organization: dict[str, Any] = award.get("organization", {})
    home = title_case(organization.get("org_name", ""))
    if home and (place := _place(organization)):
        home = f"{home} ({place})"
    return ", ".join(part for part in (_people(award, speech), home) if part)


def facts_line(award: Canonical, kind: str, speech: Speech) -> str:
    """Return the kind of award, the money of the year, and the last day; ``kind`` is Sayable."""
    parts = (speech.say(kind), _money(award, speech), _ends(award, speech))
    return " · ".join(part for part in parts if part)


def _people(award: Canonical, speech: Speech) -> str:
    lead = person(award.get("contact_pi_name", ""))
    others = len(award.get("principal_investigators", ())) - 1
    if not lead or others < 1:
        return lead
    return speech.count(others, "{lead} and {n} more", "{lead} and {n} more", lead=lead)


def _place(organization: dict[str, Any]) -> str:
    country = organization.get("org_country", "")
    city = title_case(organization.get("org_city", ""))
    abroad = "" if country in {"", ABROAD_IS_NOT} else title_case(country)
    return ", ".join(part for part in (city, organization.get("org_state", ""), abroad) if part)


def _money(award: Canonical, speech: Speech) -> str:
    amount = award.get("award_amount")
    funder = award.get("agency_ic_admin", {}).get("abbreviation", "")
    if amount is None:
        return funder
    money, year = speech.money(amount), award.get("fiscal_year")
    if funder and year:
        return speech.say(
            "{money} from {funder} in {year}", money=money, funder=funder, year=str(year)
        )
    return money


def _ends(award: Canonical, speech: Speech) -> str:
    if (ends := award.get("project_end_date")) is None:
        return ""
    return speech.say("ends {day}", day=speech.day(date.fromisoformat(ends)))
