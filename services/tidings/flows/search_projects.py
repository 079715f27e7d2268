"""Find stored studies by the language of saved searches."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from tidings.projects.models import Award, ChangeKind, Project
from tidings.projects.queries import canonical_of
from tidings.searches.document import Document
from tidings.searches.evaluate import ClauseHit, evaluate
from tidings.searches.grammar import parse
from tidings.searches.queries import kinds_of, standing_awards
from tidings.searches.query import is_about_changes

MOST_READ = 5000
"""Studies that one call looks through: about two seconds' worth."""


@dataclass(frozen=True)
class Hit:
    """A study that was found, and by what."""

    project: Project
    clauses: tuple[ClauseHit, ...]


@dataclass(frozen=True)
class Found:
    """The first hits, and how many studies were looked through for them."""

    hits: tuple[Hit, ...]
    looked_through: int


def search_projects(session: Session, text: str, *, limit: int = 50) -> Found:
    """Return studies that ``text`` finds, the last changed first; changes no row.

    Looks through at most the 5,000 that changed last, and stops after ``limit`` hits. Raises
    QueryError for a text that does not parse.
    """
    query = parse(text)
    rows: Iterable[tuple[Project, Award]] = standing_awards(session, limit=MOST_READ)
    kinds: dict[int, set[ChangeKind]] = {}
    if is_about_changes(query):
        rows = list(rows)
        kinds = dict(kinds_of(session, {award.appl_id for _, award in rows}))
    hits: list[Hit] = []
    read = 0
    for project, award in rows:
        read += 1
        document = Document(canonical_of(award), kinds.get(award.appl_id, set()))
        clauses = evaluate(query, document)
        if clauses is not None:
            hits.append(Hit(project, clauses))
        if len(hits) == limit:
            break
    return Found(tuple(hits), read)
