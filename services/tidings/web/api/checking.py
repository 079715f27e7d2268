"""A search, looked at before anybody saves it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from tidings.errors import QueryError
from tidings.flows.search_projects import search_projects
from tidings.projects.models import Award, Project
from tidings.projects.queries import canonical_of
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.evaluate import evaluate
from tidings.searches.explain import failures
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.query import Query as Parsed
from tidings.searches.readback import read_back
from tidings.searches.store_queries import NOTHING_TOLD, told_of
from tidings.web.api import shapes
from tidings.web.api.answers import given, refusals
from tidings.web.api.counting import SEARCHES, counted
from tidings.web.api.problems import rejected
from tidings.web.api.studies import known_study
from tidings.web.api.telling import clauses_of
from tidings.web.site import site_of

router = APIRouter(prefix="/v1", tags=["Searches"])

Asked = Annotated[
    str, Query(min_length=1, max_length=4000, examples=["title:trop2"], description="a search")
]
About = Annotated[
    str | None,
    Query(
        pattern="^[ -~]+$",
        max_length=40,
        examples=["CA286969"],
        description="the key of a study, to learn why the search finds it or not",
    ),
]


@router.get(
    "/searches/check",
    dependencies=[counted(SEARCHES)],
    responses=refusals(404),
    response_model=shapes.Checked,
)
def check_search(request: Request, q: Asked, study: About = None) -> Response:
    """Read a search back, count what it finds now, and explain it on one study."""
    site = site_of(request)
    try:
        query = parse(q)
        with site.reading() as session:
            found = search_projects(session, q, limit=1)
            explained = _explained(session, query, known_study(session, study)) if study else None
    except QueryError as error:
        raise rejected(error, place="query", name="q") from error
    checked = shapes.Checked(
        means=read_back(query),
        canonical=canonical_form(query),
        count=found.count,
        is_exact=found.is_exact,
        explained=explained,
    )
    return given(request, checked)


def _explained(session: Session, query: Parsed, project: Project) -> shapes.Explained:
    award = session.get_one(Award, project.current_appl_id)
    told = told_of(session, [award.appl_id]).get(award.appl_id, NOTHING_TOLD)
    document = Document(canonical_of(award), *told)
    held = evaluate(query, document)
    lacks = failures(parse_canonical(canonical_form(query)), document)
    return shapes.Explained(
        study=project.key,
        is_found=held is not None,
        found_by=clauses_of(held or ()),
        lacks=[
            shapes.Lack(clause=one.clause, means=one.means, because=one.because) for one in lacks
        ],
    )
