"""Recorded awards and searches made of real names of conditions; nothing of either is kept here.

The searches are combinations that nobody has asked for, but of names that people use: half of the
names occur in the awards, the other ones mostly do not, as most conditions are rare.
"""

import gzip
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench.shapes import SEPARATOR, Award, Batch, Filters, Search

from tidings.errors import TidingsError
from tidings.searches.document import Document
from tidings.searches.query import ALL_TEXT, And, Not, Or, Phrase, Prefix, Query
from tidings.searches.text import words

SEED = 3
RECORDED = ("projects.jsonl.gz", "projects-partial.jsonl.gz")
TRAINING = "training-text/projects-1.jsonl.gz"
CONDITIONS = "vocab/conditions.jsonl.gz"
MIDDLING = range(5, 401)
"""In how many awards a word is that searches are narrowed with."""

Line = Mapping[str, Any]


class Real:
    """Reads the recorded data anew each time; searches depend on the awards they are made for."""

    def __init__(self, folder: Path) -> None:
        if not (folder / RECORDED[0]).exists():
            raise TidingsError(f"{folder} has no {RECORDED[0]}: TIDINGS_REAL_DATA says where it is")
        self._folder = folder
        self._awards: list[Award] = []

    @cached_property
    def names(self) -> list[Phrase]:
        """The names and synonyms of all conditions, as the words they are searched by."""
        names = {
            words(name)
            for line in _lines(self._folder / CONDITIONS)
            for name in (line["name"], *line["synonyms"])
        }
        return [Phrase(ALL_TEXT, name) for name in sorted(names) if name]

    def awards(self, count: int, others: int) -> Batch:
        """Return the first so many recorded awards, of each the first version there."""
        records = _distinct(_records(self._folder), count + others)
        start = time.process_time()
        self._awards = list(map(_award, records[:count]))
        tokenising = time.process_time() - start
        rest = list(map(_award, records[count:]))
        return Batch(self._awards, rest, tokenising, facts={"seeds": {"searches": SEED}})

    def searches(self) -> Iterator[Search]:
        """Return searches without end, no two alike."""
        writer = _Writer(self._awards, self.names)
        seen: set[Search] = set()
        while True:
            search = writer.search()
            if search not in seen:
                seen.add(search)
                yield search


class _Writer:
    """Writes searches of condition names and middling words, with filters as the awards have."""

    def __init__(self, awards: Sequence[Award], names: Sequence[Phrase]) -> None:
        self._chance = random.Random(SEED)  # noqa: S311 - the same searches each time
        self._awards = awards
        self._names = names
        met = _met(names, awards)
        self._met = [name for name in names if name in met]
        self._words = _middling(awards)

    def search(self) -> Search:
        """Return one search."""
        kind = self._chance.random()
        text = next(shape(self) for bound, shape in _SHAPES if kind < bound)
        return Search(text, self._filters())

    def name(self) -> Query:
        """Return a condition that occurs, any condition, or a word."""
        kind = self._chance.random()
        if kind < 0.5 and self._met:
            return self._chance.choice(self._met)
        return self._chance.choice(self._names) if kind < 0.8 else self.word()

    def names(self, count: int) -> Query:
        """Return one of so many, not always different."""
        return Or(tuple(self.name() for _ in range(count)))

    def some_names(self) -> Query:
        """Return one of two to five."""
        return self.names(self._chance.randint(2, 5))

    def word(self) -> Query:
        """Return a middling word."""
        return Phrase(ALL_TEXT, (self._chance.choice(self._words),))

    def beginning(self) -> Query:
        """Return what a middling word begins with."""
        word = self._chance.choice(self._words)
        return Prefix(ALL_TEXT, word[: self._chance.randint(5, 8)])

    def _filters(self) -> Filters:
        chance, some = self._chance, self._chance.choice
        ic = activity = ()
        if chance.random() < 0.3:
            both = {some(self._awards).ic, some(self._awards).ic}
            ic = tuple(sorted(name for name in both if name))
        if chance.random() < 0.2 and (code := some(self._awards).activity):
            activity = (code,)
        fy = (2024, 2026) if chance.random() < 0.15 else None
        least = chance.randrange(1_000) * 1_000
        amount = (least, 10**9) if chance.random() < 0.05 else None
        return Filters(ic=ic, activity=activity, fy=fy, amount=amount)


_SHAPES: tuple[tuple[float, Callable[[_Writer], Query]], ...] = (
    (0.30, _Writer.name),
    (0.50, lambda one: And((one.name(), one.word()))),
    (0.70, _Writer.some_names),
    (0.85, lambda one: And((one.names(2), Or((one.word(), one.name()))))),
    (0.93, lambda one: And((one.name(), Not(one.word())))),
    (1.00, _Writer.beginning),
)
"""Shapes of the text of a search, each up to its bound."""


def _lines(path: Path) -> Iterator[Line]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _records(folder: Path) -> Iterator[tuple[object, Line]]:
    """Return records with what tells them apart, in RePORTER's names of fields."""
    for name in RECORDED:
        for line in _lines(folder / name):
            yield (line.get("project_num"), line.get("fiscal_year")), line
    for line in _lines(folder / TRAINING):
        names = {"project_title": line.get("title"), "terms": line.get("terms")}
        yield line["application_id"], {**names, "activity_code": line.get("activity_code")}


def _distinct(records: Iterator[tuple[object, Line]], count: int) -> list[Line]:
    found: dict[object, Line] = {}
    for key, record in records:
        found.setdefault(key, record)
        if len(found) >= count:
            break
    return list(found.values())


def _award(record: Line) -> Award:
    organization: Line = record.get("organization") or {}
    institute: Line = record.get("agency_ic_admin") or {}
    document = Document(_with_terms(record))
    return Award(
        passages=[passage.sequence for passage in document.passages(ALL_TEXT)],
        state=organization.get("org_state"),
        ic=institute.get("abbreviation") or record.get("agency_code"),
        activity=record.get("activity_code") or (record.get("project_num") or "")[1:4] or None,
        fy=record.get("fiscal_year"),
        amount=record.get("award_amount"),
    )


def _with_terms(record: Line) -> dict[str, Any]:
    """Return a record whose terms are where RePORTER puts those of their style."""
    texts = {name: record.get(name) for name in ("project_title", "abstract_text", "pref_terms")}
    terms = record.get("terms") or ""
    return texts | ({"terms": terms} if "<" in terms else {"pref_terms": terms})


def _met(names: Sequence[Phrase], awards: Sequence[Award]) -> set[Phrase]:
    """Return the names that occur in the awards."""
    begun: defaultdict[str, list[Phrase]] = defaultdict(list)
    for name in names:
        begun[name.words[0]].append(name)
    met: set[Phrase] = set()
    for passage in (passage for award in awards for passage in award.passages):
        for at, word in enumerate(passage):
            for name in begun.get(word, ()):
                if tuple(passage[at : at + len(name.words)]) == name.words:
                    met.add(name)
    return met


def _middling(awards: Sequence[Award]) -> list[str]:
    counts = Counter(word for award in awards for word in set(award.words()) - {SEPARATOR})
    return sorted(word for word, count in counts.items() if count in MIDDLING and len(word) > 4)
