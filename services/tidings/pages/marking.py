"""The source of a text as it is shown beside it: which words bear which sentence (pure)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tidings.pages.grounding import Span, holds, source_text
from tidings.pages.showing import fit_to_show
from tidings.projects.canonicalise import Canonical

FIELDS = {
    "project_title": "Title",
    "phr_text": "Narrative, for the public",
    "abstract_text": "Abstract",
}
"""The texts that are always shown, in this order; other fields are shown where they are cited."""

_GAP = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Mark:
    """That a sentence, by its number on the page, has some of its words from a span."""

    number: int
    span: Span


@dataclass(frozen=True)
class Piece:
    """Words that the same sentences rest on; ``begins`` are those whose first mark begins here.

    ``ends`` are those that have a mark which ends here.
    """

    text: str
    numbers: tuple[int, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True)
class Shown:
    """One field of one award, paragraph by paragraph."""

    appl_id: int
    label: str
    paragraphs: tuple[tuple[Piece, ...], ...]


def shown(
    sources: Mapping[int, Canonical], marks: Sequence[Mark], *, first: int
) -> tuple[Shown, ...]:
    """Return the fields of these awards with their marks; award ``first`` comes first.

    A span that its field no longer holds marks nothing.
    """
    order = sorted(sources, key=lambda appl_id: (appl_id != first, appl_id))
    begun: set[int] = set()
    made: list[Shown] = []
    for appl_id in order:
        cited = sorted({one.span.field for one in marks if one.span.appl_id == appl_id})
        for field in dict.fromkeys([*FIELDS, *cited]):
            text = source_text(sources[appl_id], field)
            if text:
                places = _places(text, field, sources[appl_id], marks)
                label = FIELDS.get(field, field.replace("_", " ").replace(".", ", "))
                made.append(Shown(appl_id, label, _paragraphs(text, places, begun)))
    return tuple(made)


Place = tuple[int, int, int]
"""Where a mark begins and ends, and its number."""


def _places(text: str, field: str, canonical: Canonical, marks: Iterable[Mark]) -> list[Place]:
    found: list[Place] = []
    for number, span in ((one.number, one.span) for one in marks):
        is_here = (span.appl_id, span.field) == (canonical["appl_id"], field)
        if is_here and holds(span, canonical):
            is_there = text[span.start : span.end] == span.text
            at = span.start if is_there else text.index(span.text)
            found.append((at, at + len(span.text), number))
    return found


def _paragraphs(
    text: str, places: Sequence[Place], begun: set[int]
) -> tuple[tuple[Piece, ...], ...]:
    starts = [0, *(gap.end() for gap in _GAP.finditer(text))]
    ends = [*(gap.start() for gap in _GAP.finditer(text)), len(text)]
    made = (
        _pieces(text, (start, end), places, begun) for start, end in zip(starts, ends, strict=True)
    )
    return tuple(pieces for pieces in made if pieces)


def _pieces(
    text: str, among: tuple[int, int], places: Sequence[Place], begun: set[int]
) -> tuple[Piece, ...]:
    """Cut a paragraph wherever a mark begins or ends; ``begun`` numbers have begun before."""
    first, last = among
    cuts = {max(first, min(last, cut)) for start, end, _ in places for cut in (start, end)}
    edges = sorted(cuts | {first, last})
    made: list[Piece] = []
    for start, end in pairwise(edges):
        numbers = sorted({one[2] for one in places if one[0] <= start and end <= one[1]})
        begins = tuple(number for number in numbers if number not in begun)
        begun.update(begins)
        ends = tuple(sorted({one[2] for one in places if one[1] == end}))
        made.append(Piece(fit_to_show(text[start:end]), tuple(numbers), begins, ends))
    return tuple(made)
