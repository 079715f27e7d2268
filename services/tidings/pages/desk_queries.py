"""What waits on the editor's desk, shelf by shelf, and which models wrote what."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select

from tidings.db.upsert import insert_ignore
from tidings.pages.models import HiddenModel, Page, PageVersion, VersionState
from tidings.projects.models import Project


class Shelf(StrEnum):
    """What an editor may look at, most pressing first."""

    STALE = "stale"
    DRAFTS = "drafts"
    FAILED = "failed"
    PUBLISHED = "published"


class Entry(NamedTuple):
    """A text on a shelf."""

    version: PageVersion
    page: Page
    project: Project


class Wrote(NamedTuple):
    """A language model, how many texts of each state it wrote, and why it is hidden, if it is."""

    model: str
    counts: Mapping[VersionState, int]
    hidden: HiddenModel | None


def shelf(
    session: Session, which: Shelf, *, language: str = "", offset: int = 0, limit: int = 50
) -> Sequence[Entry]:
    """Return what lies on a shelf: what waits longest first, of what is done the latest first."""
    latest_first = (col(PageVersion.reviewed_at).desc(), col(PageVersion.id).desc())
    order = {
        Shelf.STALE: (col(Page.stale_at), col(Page.id)),
        Shelf.DRAFTS: (col(PageVersion.created_at), col(PageVersion.id)),
        Shelf.FAILED: (col(PageVersion.created_at).desc(), col(PageVersion.id).desc()),
        Shelf.PUBLISHED: latest_first,
    }
    query = (
        select(PageVersion, Page, Project)
        .join(Page, col(Page.id) == col(PageVersion.page_id))
        .join(Project, col(Project.id) == col(Page.project_id))
        .where(*_lies_on(which, language))
        .order_by(*order[which])
    )
    return [Entry(*row) for row in session.exec(query.offset(offset).limit(limit))]


def shelf_counts(session: Session, *, language: str = "") -> dict[Shelf, int]:
    """Return how much lies on each shelf."""
    count = select(func.count()).select_from(PageVersion).join(Page)
    return {one: session.exec(count.where(*_lies_on(one, language))).one() for one in Shelf}


def _lies_on(which: Shelf, language: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a shelf; a failure counts until something newer is there.

    Drafts of a hidden model lie nowhere, and come back with it.
    """
    newest = (
        select(func.max(col(PageVersion.number)))
        .where(col(PageVersion.page_id) == col(Page.id))
        .correlate(Page)
        .scalar_subquery()
    )
    seen = col(PageVersion.model).not_in(select(col(HiddenModel.model)))
    shown = col(PageVersion.number) == col(Page.published_no)
    conditions: dict[Shelf, list[ColumnElement[bool]]] = {
        Shelf.STALE: [col(Page.stale_at).is_not(None), shown, seen],
        Shelf.DRAFTS: [col(PageVersion.state) == VersionState.DRAFT, seen],
        Shelf.FAILED: [
            col(PageVersion.state) == VersionState.FAILED,
            col(PageVersion.number) == newest,
        ],
        Shelf.PUBLISHED: [col(PageVersion.state) == VersionState.PUBLISHED, shown],
    }
    asked = [col(Page.language) == language] if language else []
    return conditions[which] + asked


def versions_of(session: Session, page_id: int | None) -> Sequence[PageVersion]:
    """Return all versions of a page, the newest first."""
    return session.exec(
        select(PageVersion)
        .where(PageVersion.page_id == page_id)
        .order_by(col(PageVersion.number).desc())
    ).all()


def models_that_wrote(session: Session) -> Sequence[Wrote]:
    """Return every language model that texts are by, with how many of each state, by name."""
    rows = session.exec(
        select(col(PageVersion.model), col(PageVersion.state), func.count())
        .where(PageVersion.model != "")
        .group_by(col(PageVersion.model), col(PageVersion.state))
        .order_by(col(PageVersion.model))
    )
    found: dict[str, dict[VersionState, int]] = {}
    for model, state, count in rows:
        found.setdefault(model, {})[state] = count
    hidden = {one.model: one for one in session.exec(select(HiddenModel))}
    return [Wrote(model, counts, hidden.get(model)) for model, counts in found.items()]


def knows_model(session: Session, model: str) -> bool:
    """Say whether any text is by this model."""
    any_text = select(PageVersion.id).where(PageVersion.model == model, PageVersion.model != "")
    return session.exec(any_text.limit(1)).first() is not None


def add_hidden(session: Session, row: HiddenModel) -> bool:
    """Insert that a model is hidden; False when it is so already."""
    return insert_ignore(session, HiddenModel, [row.model_dump()]) == 1


def delete_hidden(session: Session, model: str) -> bool:
    """Forget that a model is hidden; False when it is not."""
    statement = delete(HiddenModel).where(col(HiddenModel.model) == model)
    return session.exec(statement).rowcount == 1
