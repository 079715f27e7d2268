"""The ledger of all changes, page by page: for programs that copy what we found."""

from datetime import datetime, time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from tidings.errors import RejectedError
from tidings.projects.feed_queries import Sought
from tidings.projects.models import ChangeKind, Severity
from tidings.web.api import shapes
from tidings.web.api.answers import given, refusals
from tidings.web.api.asked import Day
from tidings.web.api.counting import READS, counted
from tidings.web.api.problems import rejected
from tidings.web.api.studies import home_of
from tidings.web.api.telling import told_ledger
from tidings.web.site import site_of

router = APIRouter(prefix="/v1", tags=["Changes"])

USUAL, MOST = 100, 500

After = Annotated[
    str, Query(max_length=30, description="a cursor; empty starts at the first change that we saw")
]
Kinds = Annotated[list[ChangeKind], Query(max_length=30, description="only these kinds")]
Severities = Annotated[list[Severity], Query(max_length=4, description="only these severities")]
Since = Annotated[Day | None, Query(description="only what we saw on this day (UTC) or later")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]


@router.get(
    "/changes", dependencies=[counted(READS)], responses=refusals(), response_model=shapes.Changes
)
def list_changes(
    request: Request,
    after: After = "",
    kind: Kinds = [],  # noqa: B006 - FastAPI copies it
    severity: Severities = [],  # noqa: B006 - FastAPI copies it
    since: Since = None,
    limit: Limit = USUAL,
) -> Response:
    """Give the changes after a cursor, each exactly once and in one order for everybody.

    What a sweep found comes in when that sweep has ended, so nothing is put in before a cursor that
    you have passed. Ask with next of the last answer until nothing comes, and again tomorrow; the
    header Link says the same.
    """
    site = site_of(request)
    seen_from = datetime.combine(since, time.min, tzinfo=site.now.tzinfo) if since else None
    try:
        with site.reading() as session:
            sought = Sought(kinds=kind, severities=severity, since=seen_from)
            told = told_ledger(session, after, limit=limit, sought=sought)
    except RejectedError as error:
        raise rejected(error, place="query", name="after") from error
    asked = [("after", told.next), ("limit", limit), *(("kind", one.value) for one in kind)]
    asked += [("severity", one.value) for one in severity]
    asked += [("since", since.isoformat())] if since else []
    link = f'<{home_of(site)}/api/v1/changes?{urlencode(asked)}>; rel="next"'
    return given(request, told, headers={"Link": link})
