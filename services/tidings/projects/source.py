"""Whoever can be asked like RePORTER."""

from typing import Protocol

from tidings.reporter.client import ProjectPage
from tidings.reporter.criteria import Criteria


class Source(Protocol):
    """What a sweep asks; reporter.client.ReporterClient is one."""

    def search_projects(
        self, criteria: Criteria, *, offset: int = 0, limit: int = 500
    ) -> ProjectPage:
        """Return one page of records, sorted by ``appl_id``."""
        ...

    def count_projects(self, criteria: Criteria) -> int:
        """Return how many records there are."""
        ...
