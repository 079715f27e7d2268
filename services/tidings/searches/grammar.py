"""The language of searches: text to query, and errors that point at the column (pure)."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from lark import Lark, Token, Transformer, UnexpectedInput
from lark import v_args as _v_args  # pyright: ignore[reportUnknownVariableType] - half typed
from lark.exceptions import VisitError

from tidings.errors import QueryError
from tidings.projects.models import ChangeKind
from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    Leaf,
    Not,
    NumberField,
    Operator,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Value,
    ValueField,
    Word,
    is_bounded,
    leaves,
)
from tidings.searches.text import words

MAX_LENGTH, MAX_DEPTH, MAX_TERMS, MIN_PREFIX = 2000, 20, 64, 3
MAX_NUMBER = 2**53
FIELDS = (*TextField, *ValueField, *NumberField)
KINDS = tuple(kind for kind in ChangeKind if kind is not ChangeKind.COSMETIC)

_GRAMMAR = r"""
    ?start: or_
    ?or_: and_ ("OR" and_)*
    ?and_: unary ("AND"? unary)*
    ?unary: "NOT" atom -> not_
          | atom
    ?atom: "(" or_ ")"
         | FIELD ":" term -> one
         | FIELD ":" "(" terms ")" -> group
         | FIELD COMPARE WORD -> comparison
         | term -> plain
    ?terms: all_terms ("OR" all_terms)*  -> or_
    ?all_terms: field_term ("AND"? field_term)* -> and_
    ?field_term: "NOT" field_atom -> not_
               | field_atom
    ?field_atom: "(" terms ")"
               | term
    term: WORD | PHRASE

    FIELD.2: /[A-Za-z_]+(?=\s*(:|[<>]=?|=))/
    COMPARE: /[<>]=?|=/
    PHRASE: /"[^"]*"/
    WORD: /[^\s()":<>=]+/
    %ignore /\s+/
"""
_EXPECTED = {
    "RPAR": "a closing parenthesis",
    "LPAR": "an opening parenthesis",
    "WORD": "a word",
    "PHRASE": "a quoted phrase",
    "FIELD": "a field such as title:",
    "COLON": "a colon",
    "COMPARE": "a comparison such as >=",
}


def parse(text: str) -> Query:
    """Return the query that a text says.

    Raises QueryError, which names the column and what was expected there, for a text that is
    empty, too long or too deep, that does not parse, or that would find nearly everything.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"A search has at most {MAX_LENGTH} characters.", column=MAX_LENGTH + 1)
    return parse_canonical(text)


def parse_canonical(text: str) -> Query:
    """Return the query of a canonical form, which may be longer than what a reader may type."""
    if not text.strip():
        raise QueryError("Type a word to search for.", column=1)
    _check_depth(text)
    try:
        query: Query = _PARSER.parse(text)
    except UnexpectedInput as error:
        _explain(error, text)
    except VisitError as error:
        raise error.orig_exc from None
    if sum(1 for _ in leaves(query)) > MAX_TERMS:
        raise QueryError(f"A search has at most {MAX_TERMS} terms.", column=1)
    if not is_bounded(query):
        message = "This finds nearly everything: say what you look for beside what you do not."
        raise QueryError(message, column=max(text.find("NOT"), 0) + 1)
    return query


def _check_depth(text: str) -> None:
    depth, quoted, opened = 0, False, 0
    for column, character in enumerate(text, start=1):
        quoted ^= character == '"'
        opened = column if character == '"' and quoted else opened
        if not quoted:
            depth += (character == "(") - (character == ")")
        if depth > MAX_DEPTH:
            message = f"Parentheses stand at most {MAX_DEPTH} deep."
            raise QueryError(message, column=column)
    if quoted:
        raise QueryError("This quotation mark is not closed.", column=opened)


def _explain(error: UnexpectedInput, text: str) -> NoReturn:
    token: Any = getattr(error, "token", None)
    is_end = token is not None and token.type == "$END"
    column = len(text.rstrip()) + 1 if is_end else error.column
    known: set[str] = set(getattr(error, "accepts", None) or getattr(error, "expected", ()))
    expected = [words for name, words in _EXPECTED.items() if name in known]
    found = text[column - 1 : column + 19].split()
    seen = f"Did not expect “{found[0]}” here" if found else "The search ends too early"
    wanted = f"; expected {_listed(expected)}" if expected else ""
    raise QueryError(f"{seen}{wanted}.", column=column) from None


def _listed(things: list[str]) -> str:
    return f"{', '.join(things[:-1])} or {things[-1]}" if len(things) > 1 else "".join(things)


@_v_args(inline=True)
class _Build(Transformer[Token, Query]):
    """Makes queries while the parser reduces, so that no depth meets Python's recursion limit."""

    def or_(self, *parts: Any) -> Any:
        return Or(parts) if len(parts) > 1 else next(iter(parts))

    def and_(self, *parts: Any) -> Any:
        return And(parts) if len(parts) > 1 else next(iter(parts))

    def not_(self, part: Any) -> Any:
        return Not(part)

    def term(self, token: Token) -> Any:
        return token

    def plain(self, token: Token) -> Query:
        return _text_leaf(ALL_TEXT, token)

    def one(self, field: Token, token: Token) -> Query:
        return _leaf(field, token)

    def group(self, field: Token, terms: Any) -> Query:
        return _spread(field, terms)

    def comparison(self, field: Token, operator: Token, number: Token) -> Query:
        name = _known_field(field)
        if not isinstance(name, NumberField):
            raise QueryError(f"{name} is not a number: write {name}:value.", column=_at(operator))
        return _comparison(name, str(operator), number)


def _spread(field: Token, terms: Any) -> Query:
    match terms:
        case And(parts):
            return And(tuple(_spread(field, part) for part in parts))
        case Or(parts):
            return Or(tuple(_spread(field, part) for part in parts))
        case Not(part):
            return Not(_spread(field, part))
        case _:
            return _leaf(field, terms)


def _leaf(field: Token, token: Token) -> Query:
    name = _known_field(field)
    if isinstance(name, NumberField):
        return _comparison(name, "=", token)
    if isinstance(name, ValueField):
        return Value(name, _value(name, token))
    return _text_leaf(name, token)


def _known_field(field: Token) -> TextField | ValueField | NumberField:
    typed = field.lower()
    for name in FIELDS:
        if name == typed:
            return name
    hint = _nearest(typed, FIELDS)
    raise QueryError(f"There is no field “{field}”: {hint}", column=_at(field))


def _nearest(typed: str, known: Sequence[str]) -> str:
    near = [name for name in known if name.startswith(typed)] or get_close_matches(typed, known)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."


def _value(name: ValueField, token: Token) -> str:
    value = token.strip('"').strip()
    if not value or "*" in value:
        message = f"{name} needs a whole value, such as {_EXAMPLE[name]}."
        raise QueryError(message, column=_at(token))
    if name is ValueField.CHANGE and value.lower() not in KINDS:
        hint = _nearest(value.lower(), KINDS)
        raise QueryError(f"There is no kind of change “{value}”: {hint}", column=_at(token))
    return value.lower() if name is ValueField.CHANGE else value.upper()


_EXAMPLE = {
    ValueField.STATE: "AZ",
    ValueField.IC: "NCI",
    ValueField.ACTIVITY: "R01",
    ValueField.CHANGE: "end_cut",
}


def _comparison(name: NumberField, operator: str, token: Token) -> Comparison:
    digits = token.strip('"').replace(",", "").removeprefix("$")
    if not (digits.isascii() and digits.isdigit()) or int(digits) > MAX_NUMBER:
        example = "2026" if name is NumberField.FY else "250000"
        raise QueryError(f"{name} is compared with a number such as {example}.", column=_at(token))
    known: Operator = operator  # pyright: ignore[reportAssignmentType] - the grammar gives no other
    return Comparison(name, known, int(digits))


def _text_leaf(name: str, token: Token) -> Leaf:
    if token.startswith('"'):
        return Phrase(name, _some_words(token, token))
    if token in ("AND", "OR", "NOT"):
        raise QueryError(f"There is nothing for {token} to join here.", column=_at(token))
    if "*" in token:
        return _prefix(name, token)
    found = _some_words(token, token)
    if found in (("and",), ("or",), ("not",)):  # also "And", which no canonical form could write
        message = f"Write {found[0].upper()} to join words, or “{token}” in quotes to find it."
        raise QueryError(message, column=_at(token))
    return Word(name, found[0]) if len(found) == 1 else Phrase(name, found)


def _prefix(name: str, token: Token) -> Prefix:
    start = words(token[:-1])
    if token.index("*") != len(token) - 1 or len(start) != 1:
        message = "A * stands only at the end of one word: immuno*"
        raise QueryError(message, column=_at(token) + token.index("*"))
    if len(start[0]) < MIN_PREFIX:
        message = f"At least {MIN_PREFIX} letters stand before a *."
        raise QueryError(message, column=_at(token) + token.index("*"))
    return Prefix(name, start[0])


def _some_words(text: str, token: Token) -> tuple[str, ...]:
    found = words(text)
    if not found:
        raise QueryError(f"“{text}” has no letter or digit to search for.", column=_at(token))
    return found


def _at(token: Token) -> int:
    return token.column or 1


_PARSER: Any = Lark(_GRAMMAR, parser="lalr", transformer=_Build(), propagate_positions=False)
