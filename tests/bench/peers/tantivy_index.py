"""Tantivy: the awards are indexed in memory by one thread, then prebuilt queries are run."""

import time
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

from tests.bench.peers.peer import own_peak
from tests.bench.shapes import Award, Filters, Pairs, Search

from tidings.searches.query import And, Not, Or, Phrase, Prefix, Query

AT_ONCE = 1_000
"""Searches whose pairs are handed over together."""
HEAP = 500_000_000
"""Bytes for the writer: all awards of a batch come into one segment."""

_TANTIVY: Any = import_module("tantivy")  # its own types leave most of this unknown
_QUERY: Any = _TANTIVY.Query
_MUST, _SHOULD, _MUST_NOT = (
    _TANTIVY.Occur.Must,
    _TANTIVY.Occur.Should,
    _TANTIVY.Occur.MustNot,
)


class Tantivy:
    """One text field with positions, filters as raw terms and fast numbers; nothing is scored."""

    def __init__(self) -> None:
        self._schema = _schema()
        self._index = _TANTIVY.Index(self._schema)
        self._queries: list[Any] = []
        self._documents: list[Any] = []

    def load(self, searches: Sequence[Search]) -> None:
        """Build a query for each search."""
        for search in searches:
            query = _join(self._clauses(search))
            self._queries.append(_QUERY.const_score_query(query, 1.0))

    def take(self, awards: Sequence[Award]) -> None:
        """Make documents of the awards, with texts that are divided at spaces."""
        self._documents = [_document(award) for award in awards]

    def match(self) -> Iterator[Pairs]:
        """Index the awards, then run every query."""
        searcher = self._indexed()
        limit = len(self._documents)
        for start in range(0, len(self._queries), AT_ONCE):
            ids: list[int] = []
            positions: list[int] = []
            for number, query in enumerate(self._queries[start : start + AT_ONCE], start):
                hits = searcher.search(query, limit=limit, count=False).hits
                ids += [number] * len(hits)
                positions += [address.doc for _, address in hits]
            yield ids, positions

    def clock(self) -> float:
        """Return the CPU seconds of this process."""
        return time.process_time()

    def peak(self) -> int:
        """Return the most memory of this process."""
        return own_peak()

    def version(self) -> str:
        """Return tantivy's version."""
        return f"tantivy {version('tantivy')}"

    def close(self) -> None:
        """Nothing is open."""

    def _indexed(self) -> Any:
        writer = self._index.writer(heap_size=HEAP, num_threads=1)
        for document in self._documents:
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        searcher = self._index.searcher()
        if searcher.num_segments != 1:
            raise RuntimeError("the awards are not in one segment, so their numbers mean nothing")
        return searcher

    def _clauses(self, search: Search) -> Iterator[tuple[Any, Any]]:
        if search.text is not None:
            yield _MUST, self._query(search.text)
        for name, values in _choices(search.filters):
            terms = [self._term(name, str(value)) for value in values]
            yield _MUST, _any(terms)
        filters = search.filters
        for name, limits in (("fy", filters.fy), ("amount", filters.amount)):
            if limits:
                kind = _TANTIVY.FieldType.Integer
                yield _MUST, _QUERY.range_query(self._schema, name, kind, *limits)

    def _query(self, query: Query) -> Any:
        match query:
            case Phrase(_, (word,)):
                return self._term("body", word)
            case Phrase(_, words):
                return _QUERY.phrase_query(self._schema, "body", list(words))
            case Prefix(_, prefix):
                return _QUERY.regex_query(self._schema, "body", f"{prefix}.*")
            case Or(parts):
                return _any([self._query(part) for part in parts])
            case And(parts):
                return _QUERY.boolean_query([self._clause(part) for part in parts])
            case _:
                raise ValueError(f"a query of tantivy cannot be {query} alone")

    def _clause(self, part: Query) -> tuple[Any, Any]:
        if isinstance(part, Not):
            return _MUST_NOT, self._query(part.part)
        return _MUST, self._query(part)

    def _term(self, field: str, value: str) -> Any:
        return _QUERY.term_query(self._schema, field, value, "basic")


def _schema() -> Any:
    builder = _TANTIVY.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="position")
    for name in ("state", "ic", "activity", "org", "pi"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("fy", "amount"):
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


def _document(award: Award) -> Any:
    document = _TANTIVY.Document()
    document.add_text("body", " ".join(award.words()))
    values = (("state", award.state), ("ic", award.ic), ("activity", award.activity))
    for name, value in (*values, ("org", award.org), *(("pi", pi) for pi in award.pis)):
        if value is not None:
            document.add_text(name, str(value))
    for name, number in (("fy", award.fy), ("amount", award.amount)):
        if number is not None:
            document.add_integer(name, number)
    return document


def _choices(filters: Filters) -> Iterator[tuple[str, Iterable[object]]]:
    for name in ("state", "ic", "activity", "org", "pi"):
        if values := getattr(filters, name):
            yield name, values


def _any(queries: Sequence[Any]) -> Any:
    if len(queries) == 1:
        return queries[0]
    return _QUERY.boolean_query([(_SHOULD, query) for query in queries])


def _join(clauses: Iterable[tuple[Any, Any]]) -> Any:
    listed = list(clauses)
    return listed[0][1] if len(listed) == 1 else _QUERY.boolean_query(listed)
