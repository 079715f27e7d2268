"""The words of one field: each has a number, and leaves that it makes true (pure)."""

from collections import defaultdict
from collections.abc import Sequence

from tidings.searches.engine.kernel import Table
from tidings.searches.text import stem

SHORTEST = 3
"""Letters that every prefix has, which its words are looked up by."""


class Lexicon(dict[str, int]):
    """Numbers words when they are first met, whether in a search or in a document.

    So a document costs one look-up a word. Whoever adds a leaf for a stem or a prefix attaches it
    to the words that are known; a word that comes later finds its leaves by itself.
    """

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self._of_stem: defaultdict[str, list[str]] = defaultdict(list)
        self._of_start: defaultdict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._lengths: tuple[int, ...] = ()

    def __missing__(self, word: str) -> int:
        """Give a word the next number."""
        number = self[word] = len(self) + 1
        self.table.grow(number)
        stemmed = stem(word)
        self._of_stem[stemmed].append(word)
        self._of_start[word[:SHORTEST]].append(word)
        if (leaf := self._stems.get(stemmed)) is not None:
            self.table.attach(number, leaf)
        for length in self._lengths:
            if length > len(word):
                break
            if (leaf := self._prefixes.get(word[:length])) is not None:
                self.table.attach(number, leaf)
        return number

    def add_word(self, word: str, leaf: int) -> None:
        """Let a word as it is make a leaf true."""
        self.table.attach(self[word], leaf)

    def add_stem(self, stemmed: str, leaf: int) -> None:
        """Let every word of a stem make a leaf true."""
        self._stems[stemmed] = leaf
        for word in self._of_stem[stemmed]:
            self.table.attach(self[word], leaf)

    def add_prefix(self, prefix: str, leaf: int) -> None:
        """Let every word that begins so make a leaf true."""
        self._prefixes[prefix] = leaf
        self._lengths = tuple(sorted({*self._lengths, len(prefix)}))
        for word in self._of_start[prefix[:SHORTEST]]:
            if word.startswith(prefix):
                self.table.attach(self[word], leaf)

    def add_phrase(self, words: Sequence[str], leaf: int) -> None:
        """Let words make a leaf true where they stand one beside the other."""
        if len(words) == 1:
            self.add_word(words[0], leaf)
        else:
            self.table.attach_phrase([self[word] for word in words], leaf)
