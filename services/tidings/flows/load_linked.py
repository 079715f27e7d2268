"""Load what ExPORTER's files say of papers and trials that are linked to our projects."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

from sqlmodel import Session

from tidings.db.session import commit
from tidings.db.upsert import insert_or_add
from tidings.projects import paper_queries as queries
from tidings.projects.exporter_lines import PaperLine, TrialLine
from tidings.projects.models import Paper, Trial

BATCH = 500

OnStep = Callable[[int], None]
Line = TypeVar("Line")


@dataclass(frozen=True)
class LinkedLoaded:
    """How many lines were read, and how many rows of ours they filled."""

    read: int
    kept: int


def load_papers(
    session: Session, lines: Iterable[PaperLine], *, on_step: OnStep = lambda _: None
) -> LinkedLoaded:
    """Keep what the papers are called that RePORTER links to our projects; pass over the others.

    A transaction for each batch. Safe to call twice: a paper is what the last file says of it.
    """
    read = kept = 0
    for batch in _batches(lines):
        linked = queries.linked_pmids(session, [line.pmid for line in batch])
        rows = {
            line.pmid: {
                "pmid": line.pmid,
                "title": line.title,
                "journal": line.journal,
                "year": line.year,
            }
            for line in batch
            if line.pmid in linked
        }
        insert_or_add(
            session, Paper, list(rows.values()), add=(), replace=("title", "journal", "year")
        )
        commit(session, "papers.loaded")
        read, kept = read + len(batch), kept + len(rows)
        on_step(read)
    return LinkedLoaded(read, kept)


def load_trials(
    session: Session,
    lines: Iterable[TrialLine],
    *,
    as_of: date,
    now: datetime,
    on_step: OnStep = lambda _: None,
) -> LinkedLoaded:
    """Keep the trials that are linked to our projects, with their status on the day ``as_of``.

    A transaction for each batch. Safe to call twice: a trial is what the last file says of it. What
    a file does not name stays, as it may be a part of the whole.
    """
    read = kept = 0
    for batch in _batches(lines):
        projects = queries.projects_of_numbers(session, {line.number for line in batch})
        rows = {
            (project_id, line.nct_id): {
                "project_id": project_id,
                "nct_id": line.nct_id,
                "title": line.title,
                "status": line.status,
                "as_of_on": as_of,
                "first_seen_at": now,
            }
            for line in batch
            for project_id in projects.get(line.number, ())
        }
        insert_or_add(
            session, Trial, list(rows.values()), add=(), replace=("title", "status", "as_of_on")
        )
        commit(session, "trials.loaded")
        read, kept = read + len(batch), kept + len(rows)
        on_step(read)
    return LinkedLoaded(read, kept)


def _batches(lines: Iterable[Line]) -> Iterator[Sequence[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch
