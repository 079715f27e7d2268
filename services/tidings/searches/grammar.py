"""The language of searches: text to query, and errors that point at the column (pure)."""

import re
from typing import Any, NoReturn

from lark import Lark, Token, Transformer, UnexpectedInput
from lark import v_args as _v_args  # pyright: ignore[reportUnknownVariableType] - half typed
from lark.exceptions import VisitError

from tidings.errors import QueryError
from tidings.rendering.speech import Sayable
from tidings.searches.breadth import why_too_broad
from tidings.searches.query import And, Not, Or, Query, leaves
from tidings.searches.terms import Compared, compared, leaf_of, near
from tidings.searches.textterms import OPERATORS, plain_leaf

MAX_LENGTH, MAX_DEPTH, MAX_TERMS = 2000, 20, 64
TOO_MANY_TERMS = Sayable("A search has at most {n} terms.", n=MAX_TERMS)

_GRAMMAR = r"""
    ?start: or_
    ?or_: and_ ("OR" and_)*
    ?and_: unary ("AND"? unary)*
    ?unary: "NOT" unary -> not_
          | atom
    ?atom: "(" or_ ")"
         | FIELD ":" _value -> one
         | FIELD ":" "(" values ")" -> group
         | FIELD COMPARE _text -> comparison
         | NEAR ":" (WORD | PHRASE) WITHIN DISTANCE -> near
         | _text -> plain
    ?values: all_values ("OR" all_values)*  -> or_
    ?all_values: one_value ("AND"? one_value)* -> and_
    ?one_value: "NOT" one_value -> not_
              | "(" values ")"
              | _text -> text
              | COMPARE _text -> compared
    _value: _text | COMPARE _text
    _text: WORD | PHRASE

    NEAR.3: /near(?=\s*(:|[<>]=?|=))/i
    FIELD.2: /[A-Za-z_]+(?=\s*(:|[<>]=?|=))/
    COMPARE: /[<>]=?|=/
    WITHIN: /within\b/i
    DISTANCE: /[0-9.]+\s*(miles?|mi|kilomet(re|er)s?|km)\b/i
    PHRASE: /"[^"]*"/
    WORD: /[^\s()":<>=]+/
    %ignore /\s+/
"""
_EXPECTED = {
    "RPAR": Sayable("a closing parenthesis"),
    "LPAR": Sayable("an opening parenthesis"),
    "WORD": Sayable("a word"),
    "PHRASE": Sayable("a quoted phrase"),
    "FIELD": Sayable("a field such as title:"),
    "COLON": Sayable("a colon"),
    "COMPARE": Sayable("a comparison such as >="),
    "WITHIN": Sayable("a distance such as: within 50mi"),
    "DISTANCE": Sayable("a distance such as 50mi or 80 km"),
}
_READ_AS = str.maketrans("\u201c\u201d\u201e\u201f\xab\xbb\uff02\uff1a\uff08\uff09", '""""""":()')
"""Signs that telephones and word processors write by themselves, and what they are for us."""

_PHRASE = re.compile(r'"[^"]*"')
_PIECE = re.compile(r'[^\s()":<>=]+')
_PIECES_OF_TERM = 4
"""A term has at most so many, operators aside: the place, within, 50 and mi."""

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)
_UNSEEN = re.compile("[\xad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")


def parse(text: str) -> Query:
    """Return the query that a text says.

    Raises QueryError, which names the column and what was expected there, for a text that is
    empty, too long or too deep, that does not parse, or that would find nearly everything.
    """
    if len(text) > MAX_LENGTH:
        message = Sayable("A search has at most {n} characters.", n=MAX_LENGTH)
        raise QueryError(message, column=MAX_LENGTH + 1)
    if hidden := _FORBIDDEN.search(text):
        code = f"U+{ord(hidden[0]):04X}"
        message = Sayable(
            "There is a character here that nobody sees ({code}): delete it.", code=code
        )
        raise QueryError(message, column=hidden.start() + 1)
    shown = _UNSEEN.sub("", text).translate(_READ_AS)
    try:
        query = _parsed(shown, depth=MAX_DEPTH)
        _check_breadth(query, shown)
    except QueryError as error:
        columns = [at for at, one in enumerate(text, start=1) if not _UNSEEN.match(one)]
        column = (*columns, len(text) + 1)[min(error.column - 1, len(columns))]
        raise QueryError(error.text, column=column) from None
    return query


def parse_canonical(text: str) -> Query:
    """Return the query of a canonical form, which may be longer than what a reader may type."""
    return _parsed(text, depth=2 * MAX_DEPTH)  # NOT moved inwards takes parentheses


def _parsed(text: str, *, depth: int) -> Query:
    if not text.strip():
        raise QueryError(Sayable("Type a word to search for."), column=1)
    _check_depth(text, depth)
    _check_size(text)
    try:
        query: Query = _PARSER.parse(text)
    except UnexpectedInput as error:
        _explain(error, text)
    except VisitError as error:
        raise error.orig_exc from None
    if sum(1 for _ in leaves(query)) > MAX_TERMS:
        raise QueryError(TOO_MANY_TERMS, column=1)
    return query


def _check_depth(text: str, most: int) -> None:
    depth, quoted, opened = 0, False, 0
    for column, character in enumerate(text, start=1):
        quoted ^= character == '"'
        opened = column if character == '"' and quoted else opened
        if not quoted:
            depth += (character == "(") - (character == ")")
        if depth > most:
            message = Sayable("Parentheses stand at most {n} deep.", n=most)
            raise QueryError(message, column=column)
    if quoted:
        raise QueryError(Sayable("This quotation mark is not closed."), column=opened)


def _check_size(text: str) -> None:
    """Refuse what has far too many terms before time is spent on it."""
    pieces = _PIECE.findall(_PHRASE.sub("x", text))
    if sum(piece not in OPERATORS for piece in pieces) > MAX_TERMS * _PIECES_OF_TERM:
        raise QueryError(TOO_MANY_TERMS, column=1)


def _check_breadth(query: Query, text: str) -> None:
    if reason := why_too_broad(query):
        raise QueryError(reason, column=max(text.find("NOT"), 0) + 1)


def _explain(error: UnexpectedInput, text: str) -> NoReturn:
    token: Any = getattr(error, "token", None)
    is_end = token is not None and token.type == "$END"
    at = len(text.rstrip()) if is_end else error.pos_in_stream or 0
    known: set[str] = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or ())
    expected = tuple(words for name, words in _EXPECTED.items() if name in known)
    found = text[at : at + 20].split()
    raise QueryError(_unexpected(found[0] if found else "", expected), column=at + 1) from None


def _unexpected(found: str, expected: tuple[str, ...]) -> Sayable:
    match found, expected:
        case "", ():
            return Sayable("The search ends too early.")
        case "", _:
            return Sayable("The search ends too early; expected {expected}.", expected=expected)
        case _, ():
            return Sayable("Did not expect “{found}” here.", found=found)
        case _:
            return Sayable(
                "Did not expect “{found}” here; expected {expected}.",
                found=found,
                expected=expected,
            )


@_v_args(inline=True)
class _Build(Transformer[Token, Query]):
    """Makes queries while the parser reduces, so that no depth meets Python's recursion limit."""

    def or_(self, *parts: Any) -> Any:
        return Or(parts) if len(parts) > 1 else next(iter(parts))

    def and_(self, *parts: Any) -> Any:
        return And(parts) if len(parts) > 1 else next(iter(parts))

    def not_(self, part: Any) -> Any:
        return part.part if isinstance(part, Not) else Not(part)

    def plain(self, token: Token) -> Query:
        return plain_leaf(token)

    def text(self, token: Token) -> Any:
        return token

    def compared(self, operator: Token, token: Token) -> Any:
        return Compared(operator, token)

    def one(self, field: Token, *value: Any) -> Query:
        first, *second = value
        return _spread(field, Compared(first, *second) if second else first)

    def group(self, field: Token, values: Any) -> Query:
        return _spread(field, values)

    def comparison(self, field: Token, operator: Token, token: Token) -> Query:
        return compared(field, Compared(operator, token))

    def near(self, _: Token, place: Token, __: Token, distance: Token) -> Query:
        return near(place, distance)


def _spread(field: Token, values: Any) -> Query:
    match values:
        case And(parts):
            return And(tuple(_spread(field, part) for part in parts))
        case Or(parts):
            return Or(tuple(_spread(field, part) for part in parts))
        case Not(part):
            return Not(_spread(field, part))
        case Compared():
            return compared(field, values)
        case _:
            return leaf_of(field, values)


_PARSER: Any = Lark(_GRAMMAR, parser="lalr", transformer=_Build(), propagate_positions=False)
