"""How a partition is read page by page so that nothing is missed (pure).

Pages are sorted by ``appl_id``. When records come or go while we read, those behind them move: then
pages overlap, so that a record which slipped over the edge of a page is seen all the same.

A total that stays the same does not prove rest: one record may have gone while another came. So
each page begins with the last row of the page before. If it begins with a later record, the rows
behind have moved up, and one of them may have slipped through. While every seam holds, whoever
stood behind the edge of a page still does, and no record that stays is missed, whatever the total.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from tidings.reporter.body import RawRow

PAGE = 500
"""The most that RePORTER gives at once."""

LAST_OFFSET = 14_999
"""The furthest offset that RePORTER accepts."""

SEAM = 1
"""Rows that two pages share while the source rests."""

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
    """What one page said: the source's total then, and how many rows came.

    ``first`` and ``last`` are the ``appl_id`` at its edges, None where they are not known for sure.
    """

    offset: int
    limit: int
    total: int
    received: int
    first: int | None = None
    last: int | None = None


def expected_rows(total: int, offset: int, limit: int) -> int:
    """Return how many rows a page holds if the source's total is true."""
    return max(0, min(limit, total - offset))


def page_verdict(total: int, offset: int, limit: int, received: int) -> Verdict:
    """Judge a page by its number of rows."""
    expected = expected_rows(total, offset, limit)
    if received < expected:
        return Verdict.SHORT
    return Verdict.SURPLUS if received > expected else Verdict.OK


def doubled_ids(rows: Iterable[RawRow]) -> tuple[int, ...]:
    """Return the awards that one page names more than once: another may hide behind each."""
    named = Counter(fields.get("appl_id") for row in rows if (fields := row.fields) is not None)
    return tuple(sorted(id_ for id_, times in named.items() if isinstance(id_, int) and times > 1))


def has_churned(pages: Sequence[PageSeen]) -> bool:
    """Say whether the source moved between the pages of one partition."""
    has_slipped = any(_has_slipped(before, after) for before, after in pairwise(pages))
    return has_slipped or len({page.total for page in pages}) > 1


def next_page(pages: Sequence[PageSeen], *, page: int = PAGE) -> PageRequest | None:
    """Return the page to ask for after these, None when the partition has been read to its end.

    ``pages`` stand in the order in which they were read; the first one's total is the first known.
    Where the source is seen to move, the seam between the two pages is read again, and from then on
    each page starts well before the end of the last one.
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
    back = min(OVERLAP if has_churned(pages) else SEAM, last.received // 2)
    offset = max(min(trusted, _reached(last) - back), last.offset + 1)
    return None if offset > LAST_OFFSET else PageRequest(offset, page)


def _torn_seam(before: PageSeen, last: PageSeen) -> int | None:
    """Return where to read again, if the source moved between two pages that hardly overlap."""
    overlap = _reached(before) - last.offset
    is_at_rest = before.total == last.total and not _has_slipped(before, last)
    if is_at_rest or overlap >= min(OVERLAP, before.received // 2):
        return None
    return max(before.offset + 1, _reached(before) - OVERLAP)


def _has_slipped(before: PageSeen, after: PageSeen) -> bool:
    """Say whether the second page begins behind the row that both should share."""
    if before.last is None or after.first is None or _reached(before) - after.offset != SEAM:
        return False
    return after.first > before.last


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
