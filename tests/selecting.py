"""A source for tests that answers any criteria, text searches too, as the sandbox would."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from sources import ListedSource, Record, record

from tidings.errors import TidingsError
from tidings.reporter.body import RawRow
from tidings.reporter.client import ProjectPage
from tidings.reporter.criteria import Criteria
from tidings.sandbox.asked import PROJECT_CRITERIA, read_request
from tidings.sandbox.matching import select


def full_record(appl_id: int, **fields: Any) -> Record:
    """Return a record that has all that criteria may ask for."""
    plain: Record = {
        "agency_code": "NIH",
        "agency_ic_fundings": [{"abbreviation": "NCI"}],
        "terms": None,
        "pref_terms": None,
    }
    return record(appl_id, **plain | fields)


class SelectingSource(ListedSource):
    """Answers from ``records``; ``before_answer`` is called first, and may raise."""

    def __init__(self, records: Iterable[Record]) -> None:
        super().__init__(records)
        self.before_answer: Callable[[Criteria], None] = lambda _: None

    def search_projects(
        self,
        criteria: Criteria,
        *,
        offset: int = 0,
        limit: int = 500,
        include_fields: Iterable[str] = (),
    ) -> ProjectPage:
        """Return one page, sorted by ``appl_id``; named fields are the number alone."""
        self.asked.append((criteria, offset))
        self.before_answer(criteria)
        body = json.dumps({"criteria": criteria.wire()}).encode()
        found = select(self.records, read_request(body, PROJECT_CRITERIA).criteria)
        page = sorted(found, key=lambda row: row["appl_id"])[offset : offset + limit]
        rows = [{"appl_id": row["appl_id"]} for row in page] if include_fields else page
        raw = (RawRow(json.dumps(row).encode(), row) for row in rows)
        return ProjectPage(len(found), offset, tuple(raw))

    def count_projects(self, criteria: Criteria) -> int:
        """Return how many records there are."""
        return self.search_projects(criteria, limit=1).total


def failing_after(answers: int, error: TidingsError) -> Callable[[Criteria], None]:
    """Return what fails once so many answers were given."""
    left = [answers]

    def before(_: Criteria) -> None:
        if left[0] <= 0:
            raise error
        left[0] -= 1

    return before
