"""How a sweep goes through its scope, one request at a time (pure).

A scope is a list of parts. Each part is counted, and halved until its pieces are small enough to
be paged; then the pieces are read page by page. All of it stands in rows, so that whoever goes on
with a sweep asks for nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, TypeAdapter

from tidings.errors import RejectedError
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PageRequest, PageSeen, has_churned, is_covered, next_page
from tidings.reporter.scope import LARGEST, REACHABLE, Part, halves

MOST_RUNS = 3
"""How often a piece is read from its start because the source moved meanwhile."""


class Piece(BaseModel, frozen=True):
    """A piece of a part: what ``sweep.partitions`` holds.

    ``total`` is the source's count before the piece was read, ``total_last`` after it. A ``run``
    above 1 means that the source moved while we read, and we began again. A piece that is
    ``only_counted`` is a whole part that others cut another way: it is never read.
    """

    name: str
    part: str
    criteria: Criteria
    total: int | None = None
    total_last: int | None = None
    run: int = 1
    moved: bool = False
    only_counted: bool = False

    @property
    def partition(self) -> str:
        """The name under which the pages of this run are kept."""
        return self.name if self.run == 1 else f"{self.name}#{self.run}"

    @property
    def is_whole(self) -> bool:
        """It is its part, not cut."""
        return self.name == self.part


PIECES = TypeAdapter[tuple[Piece, ...]](tuple[Piece, ...])


@dataclass(frozen=True)
class Count:
    """Ask how many records a piece has; ``again`` once it was read."""

    index: int
    again: bool = False


@dataclass(frozen=True)
class Close:
    """A piece that was read in one answer, which is one state of the source: nothing to ask."""

    index: int
    total: int


@dataclass(frozen=True)
class Read:
    """Ask for a page of a piece."""

    index: int
    request: PageRequest


Step = Count | Close | Read


def first_pieces(parts: Sequence[Part]) -> tuple[Piece, ...]:
    """Return the pieces that a sweep begins with: its parts, uncut and uncounted."""
    return tuple(Piece(name=part.name, part=part.name, criteria=part.criteria) for part in parts)


def written(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Return pieces as JSON; ``PIECES`` reads it back."""
    return [piece.model_dump(mode="json", exclude_defaults=True) for piece in pieces]


def next_step(pieces: Sequence[Piece], pages: Mapping[str, Sequence[PageSeen]]) -> Step | None:
    """Return what is to be done next, None when every piece has been read to its end."""
    for index, piece in enumerate(pieces):
        if piece.total is None:
            return Count(index)
    for index, piece in enumerate(pieces):
        if piece.total_last is None:
            if piece.only_counted:
                return Count(index, again=True)
            seen = pages.get(piece.partition, ())
            if request := next_page(seen):
                return Read(index, request)
            return Count(index, again=True) if len(seen) > 1 else Close(index, seen[0].total)
    return None


def counted(pieces: Sequence[Piece], index: int, total: int, *, today: date) -> tuple[Piece, ...]:
    """Return the pieces once one was counted: it stands as it is, or as its two halves.

    Raises RejectedError for one day that holds more than paging can reach.
    """
    piece = pieces[index].model_copy(update={"total": total})
    return (*pieces[:index], *_cut(piece, total, today), *pieces[index + 1 :])


def closed(
    pieces: Sequence[Piece], index: int, total: int, seen: Sequence[PageSeen]
) -> tuple[Piece, ...]:
    """Return the pieces once one was read to its end and the source then counted ``total``.

    A piece whose source moved meanwhile is begun again, and marked ``moved`` if it never rests.
    """
    piece = pieces[index]
    at_rest = piece.only_counted or (
        is_covered(seen) and not has_churned(seen) and seen[-1].total == total
    )
    if not at_rest and piece.run < MOST_RUNS:
        update = {"run": piece.run + 1}
    else:
        update = {"total_last": total, "moved": not at_rest}
    return (*pieces[:index], piece.model_copy(update=update), *pieces[index + 1 :])


def part_total(pieces: Sequence[Piece], part: str) -> int:
    """Return how many records the pieces of a part add up to."""
    return sum(piece.total or 0 for piece in adding_up(pieces) if piece.part == part)


def adding_up(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces whose totals add up to the source's: where a part was counted whole, that.

    Its pieces may share records, or leave some out.
    """
    whole = {piece.part for piece in pieces if piece.only_counted}
    return tuple(piece for piece in pieces if piece.only_counted or piece.part not in whole)


def _cut(piece: Piece, total: int, today: date) -> tuple[Piece, ...]:
    if total <= LARGEST or piece.only_counted:
        return (piece,)
    if cut := halves(piece.criteria, today=today):
        return tuple(Piece(name=_name(piece, half), part=piece.part, criteria=half) for half in cut)
    if total > REACHABLE:
        raise RejectedError(
            f"RePORTER added {total} records of {piece.part} on one day, and gives {REACHABLE} "
            "at most; narrow the scope (TIDINGS_SCOPE_AGENCIES)"
        )
    return (piece,)


def _name(piece: Piece, criteria: Criteria) -> str:
    span = criteria.date_added
    first, last = (span.from_date or "", span.to_date or "") if span else ("", "")
    return f"{piece.name.partition(':')[0]}:{first}..{last}"
