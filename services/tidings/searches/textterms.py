"""Words, phrases and beginnings of words: the leaves that look into texts (pure)."""

import re

from lark import Token

from tidings.errors import QueryError
from tidings.rendering.speech import Sayable
from tidings.searches.fields import at, quoted
from tidings.searches.query import ALL_TEXT, Leaf, Phrase, Prefix, Word
from tidings.searches.text import words

MIN_PREFIX = 3
OPERATORS = frozenset({"AND", "OR", "NOT"})
_JOINING = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "!": "NOT"}


def plain_leaf(token: Token) -> Leaf:
    """Return the leaf of a word or a quoted phrase that stands alone."""
    return text_leaf(ALL_TEXT, token)


def text_leaf(name: str, token: Token) -> Leaf:
    """Return the leaf of a word or a quoted phrase in a field."""
    if token.startswith('"'):
        return _phrase(name, token)
    if token in OPERATORS:
        message = Sayable("There is nothing for {operator} to join here.", operator=str(token))
        raise QueryError(message, column=at(token))
    if token in _JOINING:
        operator = _JOINING[token]
        message = Sayable("Write {operator} instead of “{typed}”.", operator=operator, typed=token)
        raise QueryError(message, column=at(token))
    if re.match(r"-\w", token):
        message = Sayable(
            "Write NOT to leave out what {typed} says, or quote it to find it.", typed=quoted(token)
        )
        raise QueryError(message, column=at(token))
    if "*" in token:
        return _prefix(name, token)
    found = _some_words(re.sub(r"(?<=.)['’]s$", "", token), token)
    if found in (("and",), ("or",), ("not",)):  # also "And", which no canonical form could write
        message = Sayable(
            "Write {operator} to join words, or “{typed}” in quotes to find it.",
            operator=found[0].upper(),
            typed=token,
        )
        raise QueryError(message, column=at(token))
    return Word(name, found[0]) if len(found) == 1 else Phrase(name, found)


def _phrase(name: str, token: Token) -> Phrase:
    star = re.search(r'\*(?=["\s])', token)
    if star:  # inside a word it is one of its signs: HLA-B*27
        message = Sayable("A * stands only behind a word without quotes: immuno*")
        raise QueryError(message, column=at(token) + star.start())
    return Phrase(name, _some_words(token, token))


def _prefix(name: str, token: Token) -> Prefix:
    start = words(token[:-1])
    if token.index("*") != len(token) - 1 or len(start) != 1:
        message = Sayable("A * stands only at the end of one word: immuno*")
        raise QueryError(message, column=at(token) + token.index("*"))
    if len(start[0]) < MIN_PREFIX:
        message = Sayable("At least {n} letters stand before a *.", n=MIN_PREFIX)
        raise QueryError(message, column=at(token) + token.index("*"))
    return Prefix(name, start[0])


def _some_words(text: str, token: Token) -> tuple[str, ...]:
    found = words(text)
    if not found:
        message = Sayable(
            "{typed} has no letter from a to z and no digit to search for.", typed=quoted(text)
        )
        raise QueryError(message, column=at(token))
    return found
