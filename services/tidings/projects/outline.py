"""The columns of an award, taken from its canonical form (pure)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tidings.errors import QuarantinedError
from tidings.projects.canonicalise import Canonical
from tidings.projects.identity import Standing

LARGEST_COLUMN = 2**31 - 1
"""What an integer column of PostgreSQL holds."""


def outline(canonical: Canonical) -> dict[str, Any]:
    """Return the columns by which awards are found, sorted and shown in lists.

    Raises QuarantinedError for a number that no column can hold.
    """
    organization: dict[str, Any] = canonical.get("organization", {})
    institute: dict[str, Any] = canonical.get("agency_ic_admin", {})
    return {
        "appl_id": _whole(canonical, "appl_id"),
        "subproject_id": canonical.get("subproject_id"),
        "project_num": canonical.get("project_num", ""),
        "core_project_num": canonical.get("core_project_num", ""),
        "fiscal_year": _whole(canonical, "fiscal_year"),
        "award_type": canonical.get("award_type", ""),
        "activity_code": canonical.get("activity_code", ""),
        "institute": institute.get("abbreviation", ""),
        "organization": organization.get("org_name", ""),
        "state": organization.get("org_state", ""),
        "amount": _whole(canonical, "award_amount"),
        "project_start_on": _day(canonical, "project_start_date"),
        "project_end_on": _day(canonical, "project_end_date"),
        "is_active": canonical.get("is_active", False),
    }


def standing(columns: Mapping[str, Any]) -> Standing:
    """Return where an award stands among those of its project, from its columns."""
    return Standing(
        appl_id=columns["appl_id"],
        project_num=columns["project_num"],
        fiscal_year=columns["fiscal_year"],
        award_type=columns["award_type"],
        subproject_id=columns["subproject_id"],
    )


def _whole(canonical: Canonical, field: str) -> int | None:
    value = canonical.get(field)
    if value is not None and not -LARGEST_COLUMN <= value <= LARGEST_COLUMN:
        raise QuarantinedError(f"{field} is out of range: {value}")
    return value


def _day(canonical: Canonical, field: str) -> date | None:
    value = canonical.get(field)
    return None if value is None else date.fromisoformat(value)
