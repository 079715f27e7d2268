"""All SQL about drafts that a language model is to write, or has written."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select, update

from tidings.db.base import stored_id
from tidings.db.time import database_now
from tidings.pages.models import Origin, Page, PageVersion, VersionState
from tidings.projects.models import Project
from tidings.upkeep.models import Lease


class Asked(NamedTuple):
    """A version that a model was asked for, its page and its study."""

    version: PageVersion
    page: Page
    project: Project


def asked_for(session: Session, version_id: int) -> Asked | None:
    """Return a version with its page and its study."""
    row = session.exec(_asked().where(PageVersion.id == version_id)).one_or_none()
    return Asked(*row) if row else None


def drafts_page(session: Session, *, limit: int) -> Sequence[Asked]:
    """Return what models were asked for, the last first."""
    query = _asked().where(*_BY_MODEL).order_by(col(PageVersion.id).desc())
    return [Asked(*row) for row in session.exec(query.limit(limit))]


def _asked():  # noqa: ANN202 - what SQLModel makes of three tables has no name that can be written
    return (
        select(PageVersion, Page, Project)
        .join(Page, col(Page.id) == col(PageVersion.page_id))
        .join(Project, col(Project.id) == col(Page.project_id))
    )


_BY_MODEL = (PageVersion.origin == Origin.MODEL, PageVersion.source_hash != "")
"""A draft that editors begin from a model's text has no source hash: nobody was asked for it."""


def same_draft(session: Session, page_id: int, wanted: PageVersion) -> PageVersion | None:
    """Return the last version that was asked for with the same words, whatever came of it."""
    return session.exec(
        select(PageVersion)
        .where(
            PageVersion.page_id == page_id,
            PageVersion.source_hash == wanted.source_hash,
            PageVersion.prompt == wanted.prompt,
            PageVersion.model == wanted.model,
            *_BY_MODEL,
        )
        .order_by(col(PageVersion.number).desc())
        .limit(1)
    ).one_or_none()


def wanted_since(session: Session, moment: datetime) -> int:
    """Return how many drafts were asked for since then."""
    wanted = select(func.count()).select_from(PageVersion)
    return session.exec(wanted.where(*_BY_MODEL, PageVersion.created_at > moment)).one()


def lease_of(version_id: int) -> str:
    """Name the lease of whoever drafts a version."""
    return f"draft:{version_id}"


def waiting_drafts(session: Session, *, limit: int) -> list[int]:
    """Return the versions that are wanted and that nobody works on or rests from, oldest first."""
    wanted = session.exec(
        select(PageVersion.id)
        .where(PageVersion.state == VersionState.WANTED)
        .order_by(col(PageVersion.id))
    ).all()
    held = set(
        session.exec(
            select(Lease.name).where(
                col(Lease.name).startswith(lease_of(0)[:-1]),
                Lease.expires_at > database_now(session),
            )
        )
    )
    ids = [stored_id(one) for one in wanted]
    return [one for one in ids if lease_of(one) not in held][:limit]


def begin_try(session: Session, version: PageVersion) -> bool:
    """Count one more try; False when the version is wanted no more. The caller commits."""
    begun = settle(session, version, revision=version.revision + 1)
    if begun:
        session.refresh(version)
    return begun


def settle(session: Session, version: PageVersion, **values: object) -> bool:
    """Change a version by compare-and-set: False if somebody else did since we began it.

    The caller commits.
    """
    changed = session.exec(
        update(PageVersion)
        .where(
            col(PageVersion.id) == version.id,
            col(PageVersion.state) == VersionState.WANTED,
            col(PageVersion.revision) == version.revision,
        )
        .values(**values)
    ).rowcount
    return changed == 1
