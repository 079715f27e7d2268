"""What a complete sweep did not see: asked for by number, counted, and at last called missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import open_reader
from tidings.db.upsert import insert_ignore
from tidings.errors import RejectedError, RetryableError
from tidings.flows.ingest_rows import ingest_rows
from tidings.projects import sweep_queries as queries
from tidings.projects.models import Change, ChangeKind, Severity, Sweep
from tidings.projects.reading import read_rows
from tidings.projects.rows import change_row, departure_of
from tidings.projects.source import Source
from tidings.projects.stored import StoredAward
from tidings.projects.verdict import Verdict
from tidings.reporter.client import RawRow
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PAGE, page_verdict
from tidings.reporter.paging import Verdict as PageVerdict
from tidings.reporter.scope import APPL_ID_BATCH

ASK_AFTER = timedelta(days=1)
"""An award that was absent for a day is asked for by its number."""

MISSING_AFTER = timedelta(days=28)
"""Records vanish and come back: one of the recorded ones did after 19 days."""

MISSING = Verdict(ChangeKind.MISSING, Severity.NOTABLE)

log = structlog.get_logger()


@dataclass(frozen=True)
class Absences:
    """The awards of the scope that did not come, and what a direct question for them brought.

    ``rows`` are the records that are there all the same; ``gone`` those that are not.
    """

    absent: frozenset[int] = frozenset()
    rows: tuple[RawRow, ...] = ()
    gone: tuple[StoredAward, ...] = ()


def look_for_absent(engine: Engine, client: Source, sweep_id: int, *, now: datetime) -> Absences:
    """Find what a completely read sweep did not see, and ask for it; writes nothing.

    An award is asked for a day after it was first absent, so not in the sweep that first missed
    it. When the source does not answer, nothing is known to be gone, and the next sweep asks. When
    records came whose number could not be read, nothing counts as absent: they may be those.
    """
    with open_reader(engine) as session:
        if queries.has_nameless(session, sweep_id):
            log.warning("absence.unknown", sweep_id=sweep_id)
            return Absences()
        sweep = session.get_one(Sweep, sweep_id)
        scope = [Criteria.model_validate(part["criteria"]) for part in sweep.scope]
        absent = queries.covered_ids(session, scope) - queries.ids_seen(session, sweep_id)
        due = queries.absent_awards(session, until=now - ASK_AFTER)
    asked = [award for award in due if award.appl_id in absent]
    rows: list[RawRow] = []
    gone: list[StoredAward] = []
    for start in range(0, len(asked), APPL_ID_BATCH):
        batch = asked[start : start + APPL_ID_BATCH]
        try:
            there = _ask(client, batch)
        except (RetryableError, RejectedError) as error:
            log.warning("absence.unanswered", sweep_id=sweep_id, reason=str(error))
            break
        rows += there
        named = {reading.appl_id for reading in read_rows(there).readings}
        gone += [award for award in batch if award.appl_id not in named]
    return Absences(frozenset(absent), tuple(rows), tuple(gone))


def note_absences(session: Session, sweep: Sweep, absences: Absences, *, now: datetime) -> None:
    """Count the absences, take in what a direct question brought, and call missing what is gone.

    In the caller's transaction, once a sweep.
    """
    found = ingest_rows(session, sweep, absences.rows, now=now)
    queries.note_absences(session, absences.absent.difference(found), now=now)
    missing = [
        award
        for award in absences.gone
        if award.absent_since is not None and now - award.absent_since >= MISSING_AFTER
    ]
    queries.update_awards(
        session, [{"appl_id": award.appl_id, "missing_since": now} for award in missing]
    )
    insert_ignore(
        session,
        Change,
        [
            change_row(
                departure_of(award.appl_id),
                MISSING,
                award=award,
                sweep_id=stored_id(sweep.id),
                now=now,
            )
            for award in missing
        ],
    )


def _ask(client: Source, awards: Sequence[StoredAward]) -> tuple[RawRow, ...]:
    """Ask for awards by number. RetryableError for an answer that cannot be relied on."""
    criteria = Criteria(appl_ids=tuple(award.appl_id for award in awards))
    page = client.search_projects(criteria, limit=PAGE)
    reading = read_rows(page.rows)
    unsure = any(row.appl_id is None for row in reading.unreadable)
    if unsure or page_verdict(page.total, 0, PAGE, len(page.rows)) is not PageVerdict.OK:
        raise RetryableError("the answer to a question by number does not add up")
    return page.rows
