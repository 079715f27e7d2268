"""All SQL about audits, and what the reconcile and the canary ask of the store."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from tidings.audits.cutting import Stock
from tidings.audits.models import Audit, AuditKind
from tidings.audits.outcome import Outcome
from tidings.projects.models import Award, Purpose, Snapshot, Sweep, SweepPage, SweepState
from tidings.projects.queries import canonical_of

WHOLE = (Purpose.WEEKLY, Purpose.BACKFILL)
MOST_ABROAD = 5_000
"""Awards without a state whose country is looked up: a full store has about a thousand."""


def add_audit(
    session: Session,
    kind: AuditKind,
    outcome: Outcome,
    *,
    started_at: datetime,
    finished_at: datetime,
    sweep_id: int | None = None,
) -> Audit:
    """Write down what an audit came to. The caller commits."""
    row = Audit(
        kind=kind,
        sweep_id=sweep_id,
        examined=outcome.examined,
        agreed=outcome.agreed,
        findings=outcome.kept,
        note=outcome.note,
        started_at=started_at,
        finished_at=finished_at,
    )
    session.add(row)
    session.flush()
    return row


def latest_audits(session: Session) -> Mapping[AuditKind, Audit]:
    """Return the last audit of each kind that there is one of."""
    latest = select(func.max(col(Audit.id))).group_by(col(Audit.kind))
    rows = session.exec(select(Audit).where(col(Audit.id).in_(latest)))
    return {row.kind: row for row in rows}


def stock(session: Session) -> Stock:
    """Return how many awards are stored of each state and institute, and the countries abroad."""
    counts = session.exec(
        select(col(Award.state), col(Award.institute), func.count()).group_by(
            col(Award.state), col(Award.institute)
        )
    )
    abroad = session.exec(select(Award).where(col(Award.state) == "").limit(MOST_ABROAD))
    homes: list[dict[str, Any]] = [canonical_of(award).get("organization", {}) for award in abroad]
    countries = {str(home.get("org_country", "")) for home in homes}
    return Stock(
        {(state, institute): count for state, institute, count in counts}, frozenset(countries)
    )


def last_whole_at(session: Session, *, before: int) -> datetime | None:
    """Return when the last complete reading of the whole scope before a sweep was started."""
    query = select(col(Sweep.started_at)).where(
        col(Sweep.purpose).in_(WHOLE), Sweep.state == SweepState.COMPLETE, col(Sweep.id) < before
    )
    return session.exec(query.order_by(col(Sweep.id).desc()).limit(1)).one_or_none()


def last_whole_sweep(session: Session) -> Sweep | None:
    """Return the last complete reading of the whole scope."""
    query = select(Sweep).where(col(Sweep.purpose).in_(WHOLE), Sweep.state == SweepState.COMPLETE)
    return session.exec(query.order_by(col(Sweep.id).desc()).limit(1)).one_or_none()


def ids_of_part(session: Session, sweep_id: int, part: str) -> set[int]:
    """Return the awards that the pages of a part's pieces name."""
    query = select(col(SweepPage.appl_ids)).where(
        SweepPage.sweep_id == sweep_id,
        col(SweepPage.partition).startswith(f"{part}/", autoescape=True),
    )
    return {appl_id for page in session.exec(query) for appl_id in page}


def new_awards(session: Session, sweep_id: int) -> dict[int, date | None]:
    """Return the awards that a sweep brought into the store, with the day of their addition."""
    rows = session.exec(
        select(Award)
        .join(Snapshot, col(Snapshot.appl_id) == col(Award.appl_id))
        .where(Snapshot.version == 1, Snapshot.sweep_id == sweep_id)
    )
    return {award.appl_id: _added_on(award) for award in rows}


def stored_among(session: Session, appl_ids: Collection[int]) -> set[int]:
    """Return those of these awards that are stored."""
    return set(session.exec(select(col(Award.appl_id)).where(col(Award.appl_id).in_(appl_ids))))


def standing_ids(session: Session) -> Sequence[int]:
    """Return the stored awards that are not known to be absent."""
    query = select(col(Award.appl_id)).where(
        col(Award.absent_since).is_(None), col(Award.missing_since).is_(None)
    )
    return session.exec(query).all()


def _added_on(award: Award) -> date | None:
    added = canonical_of(award).get("date_added")
    return date.fromisoformat(added) if added else None
