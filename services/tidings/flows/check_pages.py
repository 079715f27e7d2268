"""Find the published sentences whose record says otherwise now, and those it bears again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.session import commit, open_reader, open_session
from tidings.pages.check_queries import (
    Published,
    pages_locked,
    published_after,
    shown_sentences,
    versions_now,
)
from tidings.pages.grounding import broken
from tidings.pages.review_queries import sources_now, spans_of

log = structlog.get_logger()

BATCH = 200
"""Pages of one transaction."""


@dataclass(frozen=True)
class Checked:
    """How many pages had moved, and how many sentences lost their source or have it again."""

    pages: int = 0
    lost: int = 0
    found: int = 0


def check_pages(engine: Engine, *, now: datetime, batch: int = BATCH) -> Checked:
    """Mark exactly the published sentences that the record does not bear any more.

    A page with one goes to the editors' queue and still shows the rest; a sentence whose words
    came back is unmarked. Only pages with a record that is at another version than they were
    published against are read. Batch by batch, each a transaction of its own; safe to call twice,
    and while editors publish, because the pages are locked and the same records mark the same.
    """
    whole, after = Checked(), 0
    while True:
        with open_reader(engine) as session:
            pages = published_after(session, after, limit=batch)
            moved = _moved(session, pages)
        if moved:
            with open_session(engine) as session:
                done = _check(session, moved, now=now)
            whole = Checked(
                whole.pages + done.pages, whole.lost + done.lost, whole.found + done.found
            )
        if len(pages) < batch:
            break
        after = pages[-1].page_id
    if whole.lost or whole.found:
        log.info("pages.checked", pages=whole.pages, lost=whole.lost, found=whole.found)
    return whole


def _moved(session: Session, pages: Sequence[Published]) -> list[int]:
    """Return the pages with a record that has moved; a mark is looked at again in any case."""
    versions = versions_now(session, {int(one) for page in pages for one in page.sources})
    return [
        page.page_id
        for page in pages
        if page.is_stale
        or any(versions.get(int(one)) != version for one, version in page.sources.items())
    ]


def _check(session: Session, page_ids: Iterable[int], *, now: datetime) -> Checked:
    pages = pages_locked(session, list(page_ids))
    sentences = shown_sentences(session, list(pages.values()))
    cited = {span["appl_id"] for rows in sentences.values() for row in rows for span in row.spans}
    sources = sources_now(session, sorted(cited)).canonicals
    lost = found = 0
    for page_id, page in pages.items():
        for row in sentences.get(page_id, []):
            is_broken = bool(broken(spans_of(row), sources))
            if is_broken and row.stale_at is None:
                row.stale_at, lost = now, lost + 1
            elif not is_broken and row.stale_at is not None:
                row.stale_at, found = None, found + 1
        stale = [row.stale_at for row in sentences.get(page_id, []) if row.stale_at is not None]
        page.stale_at = min(stale, default=None)
    commit(session, "pages.checked")
    return Checked(len(pages), lost, found)
