"""How a partition is read page by page so that nothing is missed (pure).

Pages are sorted by ``appl_id``. When records come or go while we read, those behind them move: then
pages overlap, so that a record which slipped over the edge of a page is seen all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PAGE = 500
"""The most that RePORTER gives at once."""

LAST_OFFSET = 14_999
"""The furthest offset that RePORTER accepts."""

OVERLAP = 100
"""How far pages overlap once the source moves: a fifth."""


class Verdict(StrEnum):
    """What a page is worth. SHORT: read it again. SURPLUS: more than was counted."""

    OK = "ok"
    SHORT = "short"
    SURPLUS = "surplus"


@dataclass(frozen=True)
class PageRequest:
    """One page to ask for."""

    offset: int
    limit: int = PAGE


@dataclass(frozen=True)
class PageSeen:
    """What one page said: the source's total then, and how many rows came."""

    offset: int
    limit: int
    total: int
    received: int


def expected_rows(total: int, offset: int, limit: int) -> int:
    """Return how many rows a page holds if the source's total is true."""
    return max(0, min(limit, total - offset))


def page_verdict(total: int, offset: int, limit: int, received: int) -> Verdict:
    """Judge a page by its number of rows."""
    expected = expected_rows(total, offset, limit)
    if received < expected:
        return Verdict.SHORT
    return Verdict.SURPLUS if received > expected else Verdict.OK


def has_churned(pages: Sequence[PageSeen]) -> bool:
    """Say whether the total moved between the pages of one partition."""
    return len({page.total for page in pages}) > 1


def next_page(pages: Sequence[PageSeen], *, page: int = PAGE) -> PageRequest | None:
    """Return the page to ask for after these, None when the partition has been read to its end.

    ``pages`` stand in the order in which they were read; the first one's total is the first known.
    Where the total is seen to move, the seam between the two pages is read again, and from then on
    each page starts before the end of the last one.
    """
    if not pages:
        return PageRequest(0, page)
    if len(pages) > 1 and (seam := _torn_seam(pages[-2], pages[-1])) is not None:
        return PageRequest(seam, page)
    total = pages[-1].total
    last = max(reversed(pages), key=lambda seen: _trusted(seen, total))
    trusted = _trusted(last, total)
    if trusted >= total or pages[-1].received == 0:
        return None
    back = min(OVERLAP, last.received // 2) if has_churned(pages) else 0
    offset = max(min(trusted, _reached(last) - back), last.offset + 1)
    return None if offset > LAST_OFFSET else PageRequest(offset, page)


def _torn_seam(before: PageSeen, last: PageSeen) -> int | None:
    """Return where to read again, if the total moved between two pages that did not overlap."""
    overlap = _reached(before) - last.offset
    if before.total == last.total or overlap >= min(OVERLAP, before.received // 2):
        return None
    return max(before.offset + 1, _reached(before) - OVERLAP)


def _trusted(page: PageSeen, total: int) -> int:
    """Return how far a page can be taken to reach now that the total is ``total``.

    Where records went since, those behind the page have moved up to places that it had read.
    """
    has_moved = page.total != total and _reached(page) < page.total
    return _reached(page) - (OVERLAP if has_moved else 0)


def _reached(page: PageSeen) -> int:
    return page.offset + page.received


def is_covered(pages: Sequence[PageSeen]) -> bool:
    """Say whether pages reach from the first record to the last, with no gap in between."""
    reached = 0
    for seen in sorted(pages, key=lambda seen: seen.offset):
        if seen.offset > reached:
            return False
        reached = max(reached, _reached(seen))
    return bool(pages) and reached >= pages[-1].total
