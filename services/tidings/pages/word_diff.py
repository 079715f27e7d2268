"""What differs between two versions of a text, word by word (pure).

However long and repetitive the texts are, the work is bounded: what would take too long is compared
sentence by sentence, and what still would is told as one passage that replaced another.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple


class Fate(StrEnum):
    """What became of some words. SKIPPED stands for words that both versions have."""

    SAME = "same"
    GONE = "gone"
    COME = "come"
    SKIPPED = "skipped"


class Piece(NamedTuple):
    """Words that follow each other and had the same fate."""

    fate: Fate
    text: str


MOST_PAIRS = 500_000
"""Pairs of equal words that are looked at: two abstracts have some 4,000, and this takes 0.2 s."""

CONTEXT = 8
"""Words left standing on either side of a difference."""

_WORD = re.compile(r"\S+")
_SENTENCE = re.compile(r"\S.*?(?:[.!?;:](?=\s|$)|\n\s*\n|\Z)", re.DOTALL)


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return the words of both versions in order, with what became of them."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    first, last = _same_ends(old, new)
    rests = old[first : len(old) - last], new[first : len(new) - last]
    between = _matched(*rests) if _pairs(*rests) <= MOST_PAIRS else _by_sentence(*rests)
    start, end = _piece(Fate.SAME, old[:first]), _piece(Fate.SAME, old[len(old) - last :])
    return tuple(_joined([start, *between, end]))


def list_diff(before: Sequence[str], after: Sequence[str]) -> tuple[Piece, ...]:
    """Return the items that went and those that came; the order of lists says nothing."""
    gone = [one for one in dict.fromkeys(before) if one not in set(after)]
    come = [one for one in dict.fromkeys(after) if one not in set(before)]
    told = (Piece(Fate.GONE, "; ".join(gone)), Piece(Fate.COME, "; ".join(come)))
    return tuple(piece for piece in told if piece.text)


def hunks(pieces: Sequence[Piece], context: int = CONTEXT) -> tuple[Piece, ...]:
    """Return the differences with a few words around each; the rest is skipped."""
    last = len(pieces) - 1
    return tuple(
        shown
        for at, piece in enumerate(pieces)
        for shown in _shortened(piece, before=at > 0, after=at < last, context=context)
    )


def _shortened(piece: Piece, *, before: bool, after: bool, context: int) -> Iterator[Piece]:
    words = piece.text.split()
    if piece.fate is not Fate.SAME or len(words) <= context * (before + after) + 1:
        yield piece
        return
    if before:
        yield Piece(Fate.SAME, " ".join(words[:context]))
    yield Piece(Fate.SKIPPED, "…")
    if after:
        yield Piece(Fate.SAME, " ".join(words[-context:]))


def _by_sentence(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    """Give what became of whole sentences, and of the words of those that were rewritten."""
    old, new = (_SENTENCE.findall(" ".join(rest)) for rest in (before, after))
    if _pairs(old, new) > MOST_PAIRS:
        yield from (_piece(Fate.GONE, before), _piece(Fate.COME, after))
        return
    left = MOST_PAIRS
    for gone, come in _blocks(old, new):
        words = " ".join(gone).split(), " ".join(come).split()
        pairs = _pairs(*words)
        if gone is not come and pairs <= left:
            left -= pairs
            yield from _matched(*words)
        else:
            yield from _told(*words, is_same=gone is come)


def _matched(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for gone, come in _blocks(before, after):
        yield from _told(gone, come, is_same=gone is come)


def _blocks(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Give what stands for what, in order; what both have is the same object twice."""
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        old = before[start:end]
        yield old, old if tag == "equal" else after[new_start:new_end]


def _told(gone: Sequence[str], come: Sequence[str], *, is_same: bool) -> Iterator[Piece]:
    if is_same:
        yield _piece(Fate.SAME, gone)
    else:
        yield from (_piece(Fate.GONE, gone), _piece(Fate.COME, come))


def _same_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Return how many words both begin with, and how many of the others both end with."""
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - first
    last = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return first, last


def _pairs(before: Iterable[str], after: Iterable[str]) -> int:
    counts = Counter(after)
    return sum(number * counts[word] for word, number in Counter(before).items())


def _piece(fate: Fate, words: Iterable[str]) -> Piece:
    return Piece(fate, " ".join(words))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces that say something, neighbours of one fate as one."""
    made: list[Piece] = []
    for fate, group in groupby((one for one in pieces if one.text), key=lambda one: one.fate):
        made.append(Piece(fate, " ".join(one.text for one in group)))
    return made
