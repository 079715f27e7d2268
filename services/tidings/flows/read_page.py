"""Ask for one page until it adds up."""

from dataclasses import replace

from tidings.projects.source import Source
from tidings.reporter.client import ProjectPage
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PageRequest, Verdict, doubled_ids, page_verdict
from tidings.reporter.shape import without_contradictions

READS = 3
"""How often a page is asked for that does not add up."""


def read_page(
    client: Source, criteria: Criteria, request: PageRequest
) -> tuple[ProjectPage, Verdict]:
    """Return a page and what it is worth; writes nothing.

    One that does not add up, or that names an award twice where another may hide, is asked for
    again, a few times at most. Where it then still contradicts itself, no row of the award counts.
    Raises what the source raises.
    """
    page, verdict = _ask(client, criteria, request)
    for _ in range(READS - 1):
        if verdict is Verdict.OK and not doubled_ids(page.rows):
            break
        page, verdict = _ask(client, criteria, request)
    return replace(page, rows=without_contradictions(page.rows)), verdict


def _ask(client: Source, criteria: Criteria, request: PageRequest) -> tuple[ProjectPage, Verdict]:
    page = client.search_projects(criteria, offset=request.offset, limit=request.limit)
    return page, page_verdict(page.total, request.offset, request.limit, len(page.rows))
