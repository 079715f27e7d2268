"""Which published texts rest on records that have moved since, and what is marked of them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from tidings.db.base import stored_id
from tidings.pages.models import Page, PageSentence, PageVersion
from tidings.pages.published_queries import SHOWN
from tidings.projects.models import Award


class Published(NamedTuple):
    """What readers see of a page: the awards it was checked against, and whether it is marked."""

    page_id: int
    version_id: int
    sources: dict[str, int]
    is_stale: bool


def published_after(session: Session, page_id: int, *, limit: int) -> Sequence[Published]:
    """Return the published texts of the pages after this one, by number."""
    rows = session.exec(
        select(Page, PageVersion)
        .join(
            PageVersion,
            (col(PageVersion.page_id) == col(Page.id))
            & (col(PageVersion.number) == col(Page.published_no)),
        )
        .where(col(Page.id) > page_id)
        .order_by(col(Page.id))
        .limit(limit)
    )
    return [
        Published(
            stored_id(page.id), stored_id(version.id), version.sources, page.stale_at is not None
        )
        for page, version in rows
    ]


def versions_now(session: Session, appl_ids: Collection[int]) -> dict[int, int]:
    """Return which version each of these awards is at."""
    query = select(col(Award.appl_id), col(Award.version)).where(col(Award.appl_id).in_(appl_ids))
    return {row.appl_id: row.version for row in session.connection().execute(query)}


def pages_locked(session: Session, page_ids: Collection[int]) -> dict[int, Page]:
    """Return these pages; whoever would publish there waits for us."""
    query = select(Page).where(col(Page.id).in_(page_ids)).order_by(col(Page.id))
    rows = session.exec(query.with_for_update().execution_options(populate_existing=True))
    return {stored_id(row.id): row for row in rows}


def shown_sentences(session: Session, pages: Collection[Page]) -> dict[int, list[PageSentence]]:
    """Return the sentences that readers see of these pages, by page."""
    rows = session.exec(
        select(col(PageVersion.page_id), PageSentence)
        .join(PageVersion, col(PageVersion.id) == col(PageSentence.version_id))
        .join(
            Page,
            (col(PageVersion.page_id) == col(Page.id))
            & (col(PageVersion.number) == col(Page.published_no)),
        )
        .where(col(Page.id).in_([page.id for page in pages]), col(PageSentence.verdict).in_(SHOWN))
        .order_by(col(PageSentence.id))
    )
    found: dict[int, list[PageSentence]] = {}
    for page_id, sentence in rows:
        found.setdefault(page_id, []).append(sentence)
    return found
