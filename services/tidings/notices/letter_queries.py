"""What a letter is written from: the rows behind a delivery."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from tidings.notices.models import DigestRun, Notice
from tidings.projects.models import Award, Change, Project, Sweep
from tidings.searches.models import SavedSearch


def notices_of(session: Session, delivery_id: int) -> Sequence[tuple[Notice, Project, Award]]:
    """Return the notices that a delivery tells, with their projects as they stand now.

    Ordered by what happened, sweep by sweep, and not by when its row was written.
    """
    return session.exec(
        select(Notice, Project, Award)
        .join(Project, col(Project.id) == col(Notice.project_id))
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .where(col(Notice.delivery_id) == delivery_id)
        .order_by(col(Notice.sweep_id), col(Notice.project_id))
    ).all()


def run_of(session: Session, delivery_id: int) -> DigestRun | None:
    """Return the digest run that a delivery was composed for."""
    statement = select(DigestRun).where(col(DigestRun.delivery_id) == delivery_id)
    return session.exec(statement).one_or_none()


def changes_told(session: Session, ids: Collection[int]) -> dict[int, Change]:
    """Return these changes by id."""
    found = session.exec(select(Change).where(col(Change.id).in_(ids)))
    return {change.id: change for change in found if change.id is not None}


def saved_searches(session: Session, ids: Collection[int]) -> dict[int, SavedSearch]:
    """Return these saved searches by id."""
    found = session.exec(select(SavedSearch).where(col(SavedSearch.id).in_(ids)))
    return {saved.id: saved for saved in found if saved.id is not None}


def sweeps_by_ids(session: Session, ids: Collection[int]) -> Sequence[Sweep]:
    """Return these sweeps, oldest first."""
    return session.exec(select(Sweep).where(col(Sweep.id).in_(ids)).order_by(col(Sweep.id))).all()
