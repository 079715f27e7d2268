"""Searches beside one that finds too much, or nothing: what to add, or to leave out (pure)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tidings.errors import QueryError
from tidings.projects.canonicalise import Canonical
from tidings.rendering.speech import Sayable
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.estimate import Variant
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.query import ALL_TEXT, And, Not, Or, Phrase, Prefix, Query, TextField, Word

LEAST_LEFT, MOST_LEFT = 0.05, 0.6
"""Shares of the hits that a proposed clause may leave: fewer is no narrowing, more is no help."""

BEST_LEFT = 0.25
TELLING = 0.2
"""The share of the studies with a term that have it in their title, at least, if it is proposed."""

MOST_PER_FIELD = 2


def narrower(text: str, hits: Sequence[Canonical], *, most: int = 5) -> list[Variant]:
    """Return clauses that divide the hits of ``text`` well, with how many each leaves.

    ``hits`` are the records that it finds. Clauses are institutes, kinds of award, states and
    project terms that stand in them, and the same words in the title only.
    """
    query = parse(text)
    documents = [Document(record) for record in hits]
    found = [*_titled(query, documents), *_divided(text, query, hits, documents)]
    return found[:most]


def _titled(query: Query, documents: Sequence[Document]) -> Iterator[Variant]:
    titled = in_title(query)
    left = sum(holds(titled, document) for document in documents) if titled != query else 0
    if 0 < left <= MOST_LEFT * len(documents):
        yield Variant(canonical_form(titled), Sayable("In titles only,"), left)


def _divided(
    text: str, query: Query, hits: Sequence[Canonical], documents: Sequence[Document]
) -> Iterator[Variant]:
    wrapped = f"({text})" if isinstance(query, Or) else text
    for clause in _dividing(hits):
        longer = f"{wrapped} AND {clause}"
        added = _parsed(clause) if _parsed(longer) is not None else None
        left = sum(holds(added, one) for one in documents) if added is not None else 0
        if LEAST_LEFT * len(hits) <= left <= MOST_LEFT * len(hits):
            yield Variant(longer, Sayable("With {clause}", clause=clause), left)


def wider(query: Query) -> Iterator[tuple[str, str]]:
    """Give searches that ask less, each with what is other about it: (text, words).

    One clause of several is left out, or a quoted phrase becomes its words.
    """
    if isinstance(query, And):
        for part in query.parts:
            rest = [other for other in query.parts if other is not part]
            fewer = And(tuple(rest)) if len(rest) > 1 else rest[0]
            without = Sayable("Without {clause}", clause=canonical_form(part))
            yield from _allowed(fewer, without)
    loose = _loosened(query)
    if loose != query:
        words = Sayable("With words in any place instead of exact phrases")
        yield from _allowed(loose, words)


def in_title(query: Query) -> Query:
    """Return the query with its words looked for in titles; what must not be there stays so."""
    match query:
        case And(parts):
            return And(tuple(map(in_title, parts)))
        case Or(parts):
            return Or(tuple(map(in_title, parts)))
        case Word(field) | Phrase(field) | Prefix(field) if field == ALL_TEXT:
            return replace(query, field=TextField.TITLE)
        case _:
            return query


def _loosened(query: Query) -> Query:
    match query:
        case And(parts):
            return And(tuple(map(_loosened, parts)))
        case Or(parts):
            return Or(tuple(map(_loosened, parts)))
        case Phrase(field, words) if len(words) > 1:
            return And(tuple(Word(field, word) for word in words))
        case Not() | _:
            return query


def _allowed(query: Query, words: str) -> Iterator[tuple[str, str]]:
    text = canonical_form(query)
    if _parsed(text) is not None:
        yield text, words


def _parsed(text: str) -> Query | None:
    """Return the query; None where it asks for everything, too much, or what nobody has."""
    try:
        return parse(text)
    except QueryError:
        return None


def _dividing(hits: Sequence[Canonical]) -> Iterator[str]:
    """Give clauses whose share of the hits is nearest to the best one, few of each field."""
    found = [entry for record in hits for entry in _clauses(record)]
    counts = Counter(clause for clause, _ in found)
    telling = Counter(clause for clause, is_telling in found if is_telling)
    given: Counter[str] = Counter()
    for clause, count in sorted(
        counts.items(), key=lambda entry: (abs(entry[1] / len(hits) - BEST_LEFT), entry[0])
    ):
        field = clause.partition(":")[0]
        share = count / len(hits)
        is_worth_it = LEAST_LEFT <= share <= MOST_LEFT and telling[clause] >= TELLING * count
        if is_worth_it and given[field] < MOST_PER_FIELD:
            given[field] += 1
            yield clause


def _clauses(record: Canonical) -> Iterator[tuple[str, bool]]:
    """Give each clause that holds on a record once, and whether it tells what the study is about.

    Many project terms are words such as "programs"; one that stands in the title tells something.
    """
    institute: dict[str, Any] = record.get("agency_ic_admin") or {}
    home: dict[str, Any] = record.get("organization") or {}
    for field, value in (
        ("ic", institute.get("abbreviation")),
        ("activity", record.get("activity_code")),
        ("state", home.get("org_state")),
    ):
        if value and str(value).isalnum():
            yield f"{field}:{value}", True
    title = str(record.get("project_title")).lower()
    terms = {term.strip() for term in str(record.get("pref_terms") or "").split(";")}
    for term in sorted(terms):
        if term and '"' not in term:
            yield f'terms:"{term}"', term.lower() in title
