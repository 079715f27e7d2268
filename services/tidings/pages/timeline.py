"""What has changed in a study, day by day, with the words that were rewritten (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from tidings.pages.comparison import pieces_of
from tidings.pages.field_names import OTHERS, field_name
from tidings.pages.grounding import LISTS
from tidings.pages.word_diff import Piece
from tidings.projects.models import Change
from tidings.projects.wording import LONG_TEXTS, ChangeLine, change_line, worst_first
from tidings.rendering.speech import ENGLISH, Speech

LONGEST_DIFF = 3000
"""Characters of a rewritten text that a timeline shows; of more it leads to the comparison."""

ALL_DIFFS = 9000
"""Characters of rewritten texts in a whole timeline, so that a page stays small."""


@dataclass(frozen=True)
class Told:
    """One change; ``pieces`` are the words that differ, if they are few enough to show here.

    ``number`` is that of the award, where a study has several.
    """

    line: ChangeLine
    number: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class DayOfChanges:
    """What was seen on one day, the worst first; ``before`` is the day before it."""

    seen: date
    before: date
    changes: tuple[Told, ...]


def days_of_changes(
    changes: Sequence[Change], numbers: Mapping[int, str], speech: Speech = ENGLISH
) -> tuple[DayOfChanges, ...]:
    """Return the days on which something was seen, the last one first.

    ``numbers`` are those of the study's awards, by ``appl_id``.
    """
    newest = sorted(worst_first(changes), key=_day, reverse=True)
    told = iter(_told(newest, numbers if len(numbers) > 1 else {}, speech))
    return tuple(
        DayOfChanges(seen, seen - timedelta(days=1), tuple(next(told) for _ in group))
        for seen, group in groupby(newest, key=_day)
    )


def _day(change: Change) -> date:
    return change.seen_at.date()


def _told(changes: Sequence[Change], numbers: Mapping[int, str], speech: Speech) -> Iterator[Told]:
    left = ALL_DIFFS
    for change in changes:
        pieces = _pieces(change) if left > 0 else ()
        size = sum(len(piece.text) for piece in pieces)
        shown = pieces if size <= min(left, LONGEST_DIFF) else ()
        left -= size if shown else 0
        yield Told(_line(change, speech), numbers.get(change.appl_id, ""), shown)


def _pieces(change: Change) -> tuple[Piece, ...]:
    is_told = change.field in LISTS or (
        change.field in LONG_TEXTS and change.before and change.after
    )
    return pieces_of(change.field, change.before, change.after) if is_told else ()


def _line(change: Change, speech: Speech) -> ChangeLine:
    """Return the line of a change; of lists, which are long, without their items."""
    line = change_line(change, speech)
    if change.field_name in OTHERS:
        line = replace(line, label=field_name(change.field, speech))
    return replace(line, was="", now="") if change.field in LISTS else line
