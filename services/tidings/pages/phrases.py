"""Many phrases looked for in a text at once (pure).

Going by the first word of each phrase costs one look-up a word of the text; a regular expression of
all phrases costs far more.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Value = TypeVar("Value")

_TOKEN = re.compile(r"[^\W_]+")


class Phrases(Generic[Value]):
    """Phrases, each with what it stands for; ``reads`` is how a word is compared."""

    def __init__(self, phrases: Iterable[tuple[str, Value]], reads: Callable[[str], str]) -> None:
        self._reads = reads
        self._by_first: dict[str, list[tuple[tuple[str, ...], Value]]] = {}
        for phrase, value in phrases:
            if key := self.key(phrase):
                self._by_first.setdefault(key[0], []).append((key, value))
        for listed in self._by_first.values():
            listed.sort(key=lambda one: -len(one[0]))

    def key(self, phrase: str) -> tuple[str, ...]:
        """Return the words of a phrase as they are compared; a lone possessive s is none."""
        return tuple(self._reads(word) for word in _TOKEN.findall(phrase) if word != "s")

    def find(self, text: str) -> Iterator[tuple[Value, int, int]]:
        """Return what stands in a text, and where.

        Of phrases that begin together it is the longest, and none begins inside another.
        """
        tokens = [one for one in _TOKEN.finditer(text) if one[0] != "s"]
        words = [self._reads(one[0]) for one in tokens]
        free = 0
        for at, word in enumerate(words):
            for key, value in self._by_first.get(word, ()) if at >= free else ():
                if tuple(words[at : at + len(key)]) == key:
                    free = at + len(key)
                    yield value, tokens[at].start(), tokens[free - 1].end()
                    break
