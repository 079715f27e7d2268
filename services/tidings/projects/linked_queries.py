"""What RePORTER and ClinicalTrials.gov link to a project."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from tidings.projects.models import Paper, Publication, Trial

SHOWN = 10
"""Papers of a project that are named; of the others there is a number."""


class LinkedPaper(NamedTuple):
    """A paper; ``title`` is empty where nobody has told us what it is called."""

    pmid: int
    title: str
    journal: str
    year: int | None


class Linked(NamedTuple):
    """The newest papers of a project, and how many there are in all."""

    papers: tuple[LinkedPaper, ...]
    in_all: int


class LinkedTrial(NamedTuple):
    """A clinical study; ``status`` is what ClinicalTrials.gov said of it on ``as_of_on``."""

    nct_id: str
    title: str
    status: str
    as_of_on: date | None


def papers_of(
    session: Session, project_id: int, *, until: datetime | None = None, limit: int = SHOWN
) -> Linked:
    """Return the papers that RePORTER links to a project, newest first.

    ``until`` leaves out those that we saw later.
    """
    mine = [Publication.project_id == project_id]
    mine += [col(Publication.first_seen_at) <= until] if until else []
    named = (
        select(Publication.pmid, Paper.title, Paper.journal, Paper.year)
        .join(Paper, col(Paper.pmid) == col(Publication.pmid), isouter=True)
        .where(*mine)
        .order_by(col(Publication.pmid).desc())
        .limit(limit)
    )
    papers = tuple(
        LinkedPaper(pmid, title or "", journal or "", year)
        for pmid, title, journal, year in session.exec(named)
    )
    if len(papers) < limit:
        return Linked(papers, len(papers))
    count = session.exec(select(func.count()).select_from(Publication).where(*mine)).one()
    return Linked(papers, count)


def trials_of(
    session: Session, project_id: int, *, until: datetime | None = None
) -> tuple[LinkedTrial, ...]:
    """Return the clinical studies that NIH links to a project, by number."""
    wanted = (col(Trial.nct_id), col(Trial.title), col(Trial.status), col(Trial.as_of_on))
    query = select_columns(*wanted).where(col(Trial.project_id) == project_id)
    if until:
        query = query.where(col(Trial.first_seen_at) <= until)
    found = session.connection().execute(query.order_by(col(Trial.nct_id)))
    return tuple(LinkedTrial(*row) for row in found)
