"""Keep the words of awards in the index that searches of the store begin with."""

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session

from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import rebuild, unpack
from tidings.projects.reading import Reading
from tidings.projects.stored import StoredAward
from tidings.searches.candidates import RECORD_FIELDS, indexed_words
from tidings.searches.document import Document
from tidings.searches.word_queries import (
    WordSet,
    add_award_words,
    deltas_of,
    mark_indexed,
    unindexed_awards,
)

AT_ONCE = 500
"""Awards of an older store that one page of a sweep indexes beside its own: half a second's."""


def index_readings(
    session: Session, readings: Iterable[Reading], stored: Mapping[int, StoredAward]
) -> None:
    """Index new awards, and versions that brought words which the version before had not.

    In the transaction that stores them; ``stored`` is what was known before.
    """
    sets: list[WordSet] = []
    for reading in readings:
        before = stored.get(reading.appl_id)
        if before is None:
            sets.append((reading.appl_id, _words(reading.canonical)))
        elif before.content_hash != reading.content_hash:
            sets += _if_new(reading, unpack(before.body))
    add_award_words(session, sets)


def index_stored(session: Session, *, limit: int = AT_ONCE) -> int:
    """Index awards that were stored before there was an index; return how many.

    Until then such an award is a candidate of every search. In the caller's transaction; safe to
    call twice, also at the same time.
    """
    awards = unindexed_awards(session, limit=limit)
    if awards:
        deltas = deltas_of(session, [appl_id for appl_id, _ in awards])
        sets = [
            (appl_id, words)
            for appl_id, body in awards
            for words in _word_sets(body, deltas.get(appl_id, ()))
        ]
        add_award_words(session, sets)
        mark_indexed(session, [appl_id for appl_id, _ in awards])
    return len(awards)


def _if_new(reading: Reading, before: Canonical) -> Sequence[WordSet]:
    after = reading.canonical
    if all(before.get(name) == after.get(name) for name in RECORD_FIELDS):
        return ()
    words = _words(after)
    return () if words <= _words(before) else ((reading.appl_id, words),)


def _word_sets(body: bytes, deltas: Sequence[bytes]) -> list[frozenset[str]]:
    """Return the words of each version, but for those that the version before it has all of."""
    versions = [rebuild(body, deltas[:back]) for back in range(max(1, len(deltas)))]
    sets = [_words(version) for version in reversed(versions)]
    return [words for at, words in enumerate(sets) if at == 0 or not words <= sets[at - 1]]


def _words(canonical: Canonical) -> frozenset[str]:
    return indexed_words(Document(canonical))
