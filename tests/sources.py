"""A source of records for tests: answers what RePORTER would, from a list."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from tidings.errors import TidingsError
from tidings.reporter.client import ProjectPage, RawRow
from tidings.reporter.criteria import Criteria

Record = dict[str, Any]


def record(appl_id: int = 1, **fields: Any) -> Record:
    """Return a record as RePORTER sends it, of a project of its own unless numbered otherwise."""
    serial = f"{appl_id:06d}"
    plain: Record = {
        "appl_id": appl_id,
        "subproject_id": None,
        "fiscal_year": 2026,
        "project_num": f"1R01CA{serial}-01",
        "project_serial_num": f"CA{serial}",
        "core_project_num": f"R01CA{serial}",
        "organization": {"org_name": "MAYO CLINIC ARIZONA", "org_state": "AZ", "city": None},
        "award_type": "1",
        "activity_code": "R01",
        "award_amount": 400_000,
        "is_active": True,
        "is_new": False,
        "contact_pi_name": "WU, BOGANG ",
        "principal_investigators": [
            {"profile_id": 1, "full_name": "Bogang  Wu", "is_contact_pi": True, "title": ""}
        ],
        "agency_ic_admin": {
            "code": "CA",
            "abbreviation": "NCI",
            "name": "National Cancer Institute",
        },
        "project_title": f"How cells age, part {appl_id}",
        "abstract_text": "We study cells.",
        "project_start_date": "2026-01-01T00:00:00",
        "project_end_date": "2029-12-31T00:00:00",
        "budget_end": "2026-12-31T00:00:00",
        "date_added": "2026-01-10T16:13:37",
        "cfda_code": "310",
    }
    return plain | fields


class ListedSource:
    """Answers from ``records``; tests change them, or what is said about them, as they go.

    ``by_number`` are records that only a question for their ``appl_id`` finds. ``says_total``
    replaces the true total; ``fails`` is raised instead of every answer, ``fails_by_number``
    instead of those to such questions; ``before_page`` is called before each page, to let the
    source move while it is read.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records = list(records)
        self.by_number: list[Record] = []
        self.says_total: int | None = None
        self.fails_by_number: TidingsError | None = None
        self.fails: TidingsError | None = None
        self.before_page: Callable[[], None] = lambda: None
        self.asked: list[tuple[Criteria, int]] = []

    def search_projects(
        self, criteria: Criteria, *, offset: int = 0, limit: int = 500
    ) -> ProjectPage:
        """Return one page, sorted by ``appl_id``."""
        self.before_page()
        self.asked.append((criteria, offset))
        rows = [RawRow(json.dumps(row).encode(), row) for row in self._found(criteria)]
        return ProjectPage(self._total(criteria), offset, tuple(rows[offset : offset + limit]))

    def count_projects(self, criteria: Criteria) -> int:
        """Return how many records there are."""
        return self._total(criteria)

    def _total(self, criteria: Criteria) -> int:
        failure = self.fails or (self.fails_by_number if criteria.appl_ids else None)
        if failure is not None:
            raise failure
        found = len(self._found(criteria))
        return found if self.says_total is None or criteria.appl_ids else self.says_total

    def _found(self, criteria: Criteria) -> list[Record]:
        records = [*self.records, *(self.by_number if criteria.appl_ids else ())]
        rows = [row for row in records if _matches(criteria, row)]
        return sorted(rows, key=lambda row: row.get("appl_id") or 0)


def _matches(criteria: Criteria, row: Record) -> bool:
    added = criteria.date_added
    home: Record = row.get("organization") or {}
    agency: Record = row.get("agency_ic_admin") or {}
    day = str(row.get("date_added"))[:10]
    return (
        (not criteria.appl_ids or row.get("appl_id") in criteria.appl_ids)
        and (not criteria.project_nums or row.get("core_project_num") in criteria.project_nums)
        and (not criteria.org_states or home.get("org_state") in criteria.org_states)
        and (not criteria.org_countries or home.get("org_country") in criteria.org_countries)
        and (not criteria.agencies or agency.get("abbreviation") in criteria.agencies)
        and (added is None or added.from_date is None or added.from_date.isoformat() <= day)
        and (added is None or added.to_date is None or day <= added.to_date.isoformat())
    )
