"""What others read of projects, awards, changes and sweeps."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, or_, select

from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import rebuild, unpack
from tidings.projects.models import Award, Change, ChangeKind, Project, Snapshot, Sweep


def project_by_key(session: Session, key: str) -> Project | None:
    """Return the project known as ``key``, in any case."""
    return session.exec(select(Project).where(Project.key == key.strip().upper())).one_or_none()


def projects_page(
    session: Session, *, text: str = "", offset: int = 0, limit: int = 50
) -> Sequence[Project]:
    """Return projects, the last changed first; ``text`` must stand in title, home or key."""
    query = select(Project).order_by(col(Project.last_changed_at).desc(), col(Project.id).desc())
    if text:
        places = (Project.title, Project.organization, Project.key)
        query = query.where(or_(*(col(place).icontains(text, autoescape=True) for place in places)))
    return session.exec(query.offset(offset).limit(limit)).all()


def awards_of(session: Session, project_id: int) -> Sequence[Award]:
    """Return the awards of a project, newest first."""
    newest = (col(Award.fiscal_year).desc().nulls_last(), col(Award.appl_id).desc())
    return session.exec(select(Award).where(Award.project_id == project_id).order_by(*newest)).all()


def canonical_of(award: Award) -> Canonical:
    """Return the latest canonical form of an award."""
    return unpack(award.body)


def canonical_at(session: Session, award: Award, version: int) -> Canonical:
    """Return the canonical form of a version, rebuilt bit by bit."""
    deltas = session.exec(
        select(Snapshot.delta)
        .where(Snapshot.appl_id == award.appl_id, Snapshot.version > version)
        .order_by(col(Snapshot.version).desc())
    )
    return rebuild(award.body, deltas)


def timeline(session: Session, project_id: int, *, cosmetic: bool = False) -> Sequence[Change]:
    """Return what happened to a project, newest first; ``cosmetic`` adds what is never told."""
    query = select(Change).where(Change.project_id == project_id)
    if not cosmetic:
        query = query.where(Change.kind != ChangeKind.COSMETIC)
    return session.exec(query.order_by(col(Change.seen_at).desc(), col(Change.id).desc())).all()


def changes_by_ids(session: Session, ids: Collection[int]) -> Sequence[Change]:
    """Return these changes, oldest first."""
    return session.exec(
        select(Change).where(col(Change.id).in_(ids)).order_by(col(Change.id))
    ).all()


def last_sweep(session: Session) -> Sweep | None:
    """Return the sweep that was started last."""
    return session.exec(select(Sweep).order_by(col(Sweep.id).desc()).limit(1)).one_or_none()
