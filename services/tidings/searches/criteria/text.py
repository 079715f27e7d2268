"""What RePORTER's text search can say of a query (pure).

RePORTER looks for a boolean expression in the same fields for all of its words. What is said here
never finds less than the query does, as far as RePORTER's rules are known: a part that it cannot
say is taken for true where it must hold, for false where it must not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from unicodedata import lookup

from tidings.rendering.speech import Sayable
from tidings.searches.query import (
    ALL_TEXT,
    And,
    Leaf,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Word,
    is_bounded,
    leaves,
)
from tidings.searches.text import stem

PLACES: Mapping[str, frozenset[str]] = {
    ALL_TEXT: frozenset({"projecttitle", "abstracttext", "terms"}),
    TextField.TITLE: frozenset({"projecttitle"}),
    TextField.ABSTRACT: frozenset({"abstracttext"}),
    TextField.TERMS: frozenset({"terms"}),
}
"""Where RePORTER looks for each of our fields of text."""

ORDER = ("projecttitle", "abstracttext", "terms")
FIELDS: Mapping[frozenset[str], str] = {places: field for field, places in PLACES.items()}

STOP_WORDS = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "if", "in", "into",
     "is", "it", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there",
     "these", "they", "this", "to", "was", "will", "with")
)  # fmt: skip
"""Words that a search engine for English passes over by default; RePORTER does for some."""

_LETTERS = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lamda",
    "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega",
)  # fmt: skip
GREEK = {name: lookup(f"GREEK SMALL LETTER {name}") for name in _LETTERS} | {
    "lambda": lookup("GREEK SMALL LETTER LAMDA")
}
"""Words that stand for a letter, too, see searches.text."""

_POSSESSIVE = re.compile(r" s(?= |$)")

TextLeaf = Word | Phrase | Prefix


def is_text(leaf: Leaf) -> bool:
    """Say whether a leaf looks in title, abstract or terms."""
    return isinstance(leaf, TextLeaf) and leaf.field in PLACES


def places_of(query: Query) -> frozenset[str]:
    """Return all the places in which a query's words are sought."""
    fields = (leaf.field for leaf in leaves(query) if isinstance(leaf, TextLeaf))
    return frozenset[str]().union(*(PLACES[field] for field in fields if field in PLACES))


def text_part(query: Query, places: frozenset[str]) -> Query | None:
    """Return what a text search in ``places`` can say of a query; it holds wherever that does.

    None when that is nothing. Each NOT in it stands beside something that must hold: elsewhere
    search engines are known to read it in several ways.
    """
    return _weaker(query, places)


def _weaker(query: Query, places: frozenset[str]) -> Query | None:
    """Return something that holds wherever ``query`` does; None stands for true."""
    match query:
        case And(parts):
            return _all_of([part for one in parts if (part := _weaker(one, places)) is not None])
        case Or(parts):
            weaker = [_weaker(one, places) for one in parts]
            sure = [one for one in weaker if one is not None and is_bounded(one)]
            return Or(tuple(sure)) if len(sure) == len(parts) else None
        case Not(part):
            return _not(_stronger(part, places))
        case Word() | Phrase() | Prefix():
            return query if _is_sayable(query) and PLACES[query.field] <= places else None
        case _:
            return None


def _stronger(query: Query, places: frozenset[str]) -> Query | None:
    """Return something that holds only where ``query`` does; None stands for false."""
    match query:
        case And(parts):
            stronger = [_stronger(one, places) for one in parts]
            sure = [one for one in stronger if one is not None]
            return _all_of(sure) if len(sure) == len(parts) else None
        case Or(parts):
            some = [_stronger(one, places) for one in parts]
            sure = [one for one in some if one is not None and is_bounded(one)]
            return (Or(tuple(sure)) if len(sure) > 1 else sure[0]) if sure else None
        case Not(part):
            return _not(_weaker(part, places))
        case Word() | Phrase() | Prefix():
            return query if _is_sayable(query) and PLACES[query.field] == places else None
        case _:
            return None


def _all_of(parts: Sequence[Query]) -> Query | None:
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def _not(part: Query | None) -> Query | None:
    return None if part is None or not is_bounded(part) else Not(part)


def _is_sayable(leaf: TextLeaf) -> bool:
    return leaf.field in PLACES and not is_passed_over(leaf)


def is_passed_over(leaf: Leaf) -> bool:
    """Say whether RePORTER passes a leaf's words over, all being too frequent to count."""
    match leaf:
        case Word(_, word):
            return word in STOP_WORDS
        case Phrase(_, words):
            return STOP_WORDS.issuperset(words)
        case _:
            return False


def search_text(query: Query, *, spellings: bool = True) -> str:
    """Write a query of text leaves as RePORTER's ``advanced`` text search reads it.

    With ``spellings`` a phrase with the name of a Greek letter is sought with the letter, too.
    """
    match query:
        case And(parts):
            ordered = sorted(parts, key=lambda part: isinstance(part, Not))  # NOT has what precedes
            return " AND ".join(_grouped(part, spellings=spellings) for part in ordered)
        case Or(parts):
            return " OR ".join(_grouped(part, spellings=spellings) for part in parts)
        case Not(part):
            return f"NOT {_grouped(part, spellings=spellings)}"
        case Word(_, word):
            return word
        case Prefix(_, prefix):
            return f"{prefix}*"
        case Phrase(_, words):
            found = [f'"{one}"' for one in _spellings(words)] if spellings else [_quoted(words)]
            return " OR ".join(found)
        case _:
            raise ValueError(f"no text: {query}")


def search_field(places: frozenset[str]) -> str:
    """Return the one text by which RePORTER is told where to look."""
    return ",".join(place for place in ORDER if place in places)


def widened(query: Query, places: frozenset[str]) -> Query:
    """Return a text part as it is asked: every word of it is sought in all of the places."""
    match query:
        case And(parts):
            return And(tuple(widened(part, places) for part in parts))
        case Or(parts):
            return Or(tuple(widened(part, places) for part in parts))
        case Word() | Phrase() | Prefix() if PLACES[query.field] != places:
            if (field := FIELDS.get(places)) is not None:
                return replace(query, field=field)
            fields = (field for field, one in PLACES.items() if len(one) == 1 and one < places)
            return Or(tuple(replace(query, field=field) for field in fields))
        case _:
            return query  # what must not be found is sought in these places already


def _grouped(part: Query, *, spellings: bool) -> str:
    written = search_text(part, spellings=spellings)
    is_joined = isinstance(part, And | Or) or (isinstance(part, Phrase) and " OR " in written)
    return f"({written})" if is_joined else written


def _quoted(words: Sequence[str]) -> str:
    return f'"{spelled(words)}"'


def spelled(words: Sequence[str]) -> str:
    """Return words as people write them: the ``s`` of a possessive behind its apostrophe."""
    return _POSSESSIVE.sub("'s", " ".join(words))


def _spellings(words: Sequence[str]) -> list[str]:
    """Return a phrase as it stands, with Greek letters, and with those joined to what precedes."""
    letters = [GREEK.get(word, word) for word in words]
    joined = letters[:1]
    for word, letter in zip(words[1:], letters[1:], strict=True):
        if word in GREEK:
            joined[-1] += letter
        else:
            joined.append(letter)
    return list(dict.fromkeys(spelled(one) for one in (words, letters, joined)))


def differences(query: Query, places: frozenset[str]) -> Iterator[str]:
    """Say where RePORTER may read a text search in another way than we do."""
    found = [leaf for leaf in leaves(query) if isinstance(leaf, TextLeaf)]
    if words := _listed(leaf.word for leaf in found if isinstance(leaf, Word)):
        yield Sayable(
            "{words}: RePORTER brings a word to its stem by rules of its own.", words=words
        )
    if prefixes := _listed(f"{leaf.prefix}*" for leaf in found if isinstance(leaf, Prefix)):
        yield Sayable(
            "{words}: nobody has shown that RePORTER reads * as any ending.", words=prefixes
        )
    if greek := _listed(name for leaf in found for name in _names(leaf)):
        yield Sayable(
            "{words}: here it is the Greek letter, too; RePORTER may tell them apart.", words=greek
        )
    if phrases := _listed(" ".join(words) for words in _excluded_phrases(query)):
        yield Sayable(
            "{words}: RePORTER may leave out other inflections of quoted words, too.", words=phrases
        )
    if "terms" in places:
        yield THESAURUS


THESAURUS = Sayable(
    "RePORTER looks in the preferred terms alone; we look in all terms of the thesaurus."
)


def _excluded_phrases(query: Query, *, is_excluded: bool = False) -> Iterator[Sequence[str]]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _excluded_phrases(part, is_excluded=is_excluded)
        case Not(part):
            yield from _excluded_phrases(part, is_excluded=not is_excluded)
        case Phrase(_, words) if is_excluded:
            yield words
        case _:
            return


def _names(leaf: TextLeaf) -> Iterator[str]:
    match leaf:
        case Phrase(_, words):
            yield from (word for word in words if word in GREEK)
        case Word(_, word):
            yield from (name for name in GREEK if stem(name) == stem(word))
        case Prefix(_, prefix):
            yield from (name for name in GREEK if name.startswith(prefix))


def _listed(words: Iterator[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))
