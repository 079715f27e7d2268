"""The passages that a search held on, cut up to highlight what did (pure)."""

from collections.abc import Collection, Sequence

from tidings.notices.letters import Excerpt
from tidings.notices.reasons import Clause
from tidings.projects.wording import label_of
from tidings.rendering.speech import ENGLISH, Speech


def excerpts(
    clauses: Sequence[Clause], speech: Speech = ENGLISH, *, most: int = 3
) -> tuple[Excerpt, ...]:
    """Return the passages that clauses held on, at most ``most``, cut into pieces to highlight.

    Two clauses on the same passage, as of ``end:2026``, show it once, with what either held on.
    """
    told: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for one in clauses:
        if one.excerpt:
            told.setdefault((one.field, one.excerpt), set()).update(one.spans)
    shown = [
        Excerpt(label_of(field, speech).lower(), _pieces(excerpt, spans))
        for (field, excerpt), spans in told.items()
    ]
    return tuple(shown[:most])


def _pieces(excerpt: str, spans: Collection[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        if start < at:
            continue
        pieces += [(excerpt[at:start], False), (excerpt[start:end], True)]
        at = end
    pieces.append((excerpt[at:], False))
    return tuple(piece for piece in pieces if piece[0])
