"""Take one page of a sweep into the store, or set it aside whole."""

from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.session import commit
from tidings.flows.ingest_rows import ingest_rows
from tidings.flows.plan_sweep import add_note
from tidings.projects import sweep_queries as queries
from tidings.projects.models import Quarantine, Sweep, SweepPage, SweepState
from tidings.reporter.client import ProjectPage
from tidings.reporter.paging import PAGE, doubled_ids, expected_rows

log = structlog.get_logger()


def ingest_page(
    session: Session, sweep_id: int, page: ProjectPage, *, partition: str, now: datetime
) -> bool:
    """Take in a page that adds up; False when it counts already or the sweep is at its end.

    The page's row is the checkpoint and stands in the transaction of its records: a page that was
    cut off left nothing, and one that comes twice does nothing.
    """
    sweep = _open(session, sweep_id, page, partition)
    if sweep is None:
        return False
    appl_ids = ingest_rows(session, sweep, page.rows, now=now)
    sweep.examined += len(appl_ids)
    sweep.drifted = sorted({*sweep.drifted, *(f"{name} (absent)" for name in page.absent)})
    if twice := doubled_ids(page.rows):
        # Asked for again and again it stayed so: then the source has them twice.
        add_note(sweep, f"{len(twice)} records came twice at offset {page.offset} of {partition}")
    _note_page(session, sweep_id, page, partition=partition, appl_ids=appl_ids, now=now)
    commit(session, "page.ingested")
    return True


def hold_page(
    session: Session, sweep_id: int, page: ProjectPage, *, partition: str, now: datetime
) -> bool:
    """Set a page aside that does not add up: nothing of it counts, its bytes are kept once.

    Its records count as unexamined, so the sweep ends held. False when the page counts already.
    """
    sweep = _open(session, sweep_id, page, partition)
    if sweep is None:
        return False
    expected, received = expected_rows(page.total, page.offset, PAGE), len(page.rows)
    reason = (
        f"{received} records came at offset {page.offset} of {partition}, "
        f"where the total of {page.total} leaves {expected}"
    )
    log.error("page.held", sweep_id=sweep_id, reason=reason)
    raw = b"[" + b",".join(row.raw for row in page.rows) + b"]"
    session.add(Quarantine(sweep_id=sweep_id, raw=raw, reason=reason, seen_at=now))
    sweep.unexamined += expected
    add_note(sweep, reason)
    _note_page(session, sweep_id, page, partition=partition, appl_ids=(), now=now)
    commit(session, "page.held")
    return True


def _open(session: Session, sweep_id: int, page: ProjectPage, partition: str) -> Sweep | None:
    sweep = queries.sweep_locked(session, sweep_id)
    known = queries.has_page(session, sweep_id, partition, page.offset)
    if known or sweep.state is not SweepState.RUNNING:
        session.rollback()
        return None
    return sweep


def _note_page(
    session: Session,
    sweep_id: int,
    page: ProjectPage,
    *,
    partition: str,
    appl_ids: tuple[int, ...],
    now: datetime,
) -> None:
    session.add(
        SweepPage(
            sweep_id=sweep_id,
            partition=partition,
            offset=page.offset,
            expected=expected_rows(page.total, page.offset, PAGE),
            received=len(page.rows),
            total=page.total,
            appl_ids=list(appl_ids),
            fetched_at=now,
        )
    )
