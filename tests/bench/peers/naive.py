"""Every search on every award, word by word: the oracle, which shares no code with our engine."""

import platform
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tests.bench.peers.peer import own_peak
from tests.bench.shapes import Award, Filters, Pairs, Search

from tidings.searches.query import And, Not, Or, Phrase, Prefix, Query


@dataclass(frozen=True, slots=True)
class _Text:
    words: frozenset[str]
    joined: str


class Naive:
    """Looks words up in a set, phrases and beginnings of words in a text with spaces around it."""

    def __init__(self) -> None:
        self._searches: list[Search] = []
        self._awards: Sequence[Award] = ()

    def load(self, searches: Sequence[Search]) -> None:
        """Keep the searches."""
        self._searches += searches

    def take(self, awards: Sequence[Award]) -> None:
        """Keep the awards."""
        self._awards = awards

    def match(self) -> Iterator[Pairs]:
        """Try every search on one award after the other."""
        for position, award in enumerate(self._awards):
            words = list(award.words())
            text = _Text(frozenset(words), f" {' '.join(words)} ")
            found = [
                number
                for number, search in enumerate(self._searches)
                if _fits(search.filters, award)
                and (search.text is None or _holds(search.text, text))
            ]
            yield found, [position] * len(found)

    def clock(self) -> float:
        """Return the CPU seconds of this process."""
        return time.process_time()

    def peak(self) -> int:
        """Return the most memory of this process."""
        return own_peak()

    def version(self) -> str:
        """Return the Python that it runs on."""
        return f"Python {platform.python_version()}"

    def close(self) -> None:
        """Nothing is open."""


def _holds(query: Query, text: _Text) -> bool:
    match query:
        case Phrase(_, (word,)):
            return word in text.words
        case Phrase(_, words):
            return f" {' '.join(words)} " in text.joined
        case Prefix(_, prefix):
            return f" {prefix}" in text.joined
        case Not(part):
            return not _holds(part, text)
        case And(parts):
            return all(_holds(part, text) for part in parts)
        case Or(parts):
            return any(_holds(part, text) for part in parts)
        case _:
            raise ValueError(f"no search of the benchmark has {query}")


def _fits(filters: Filters, award: Award) -> bool:
    return (
        _is_one(award.state, filters.state)
        and _is_one(award.ic, filters.ic)
        and _is_one(award.activity, filters.activity)
        and _is_one(award.org, filters.org)
        and (not filters.pi or any(pi in filters.pi for pi in award.pis))
        and _is_within(award.fy, filters.fy)
        and _is_within(award.amount, filters.amount)
    )


def _is_one(value: object, choice: Collection[object]) -> bool:
    return not choice or value in choice


def _is_within(number: int | None, limits: tuple[int, int] | None) -> bool:
    return limits is None or (number is not None and limits[0] <= number <= limits[1])
