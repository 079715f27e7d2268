"""A search as a form with fields, for whoever does not want to learn the language (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import parse
from tidings.searches.places import find_place
from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    Near,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    Query,
    Value,
    ValueField,
    Word,
)
from tidings.searches.text import words as words_in

USUAL_MILES = "50"
_PIECE = re.compile(r'"[^"]*"|[^\s"]+')
_PLAIN = re.compile(r"\w[^\s()\":<>=*&|!]*\*?")
_JOINING = frozenset({"and", "or", "not"})


@dataclass(frozen=True)
class Form:
    """What is typed into each field; empty is not asked.

    ``words`` must all be there, of ``any_of`` one, of ``none_of`` none; in each of them several
    words may be held together by quotation marks. ``phrase`` needs none.
    """

    words: str = ""
    phrase: str = ""
    any_of: str = ""
    none_of: str = ""
    state: str = ""
    institute: str = ""
    activity: str = ""
    since: str = ""
    amount: str = ""
    near: str = ""
    miles: str = USUAL_MILES
    changes: tuple[str, ...] = ()


EMPTY = Form()


def written_form(form: Form) -> str:
    """Return the search that a form asks, empty for an empty form.

    What was typed into a field stays in that field: quotation marks, parentheses and AND mean
    nothing there. Whether the search parses is another question.
    """
    return " ".join(_clauses(form))


def _clauses(form: Form) -> Iterator[str]:
    yield from _pieces(form.words)
    if words_in(form.phrase):
        yield _quoted(form.phrase)
    if any_of := _pieces(form.any_of):
        yield any_of[0] if len(any_of) == 1 else f"({' OR '.join(any_of)})"
    yield from (f"NOT {piece}" for piece in _pieces(form.none_of))
    amount = re.sub(r"[$,\s]", "", form.amount)
    for name, value in (
        ("state:", form.state),
        ("ic:", form.institute),
        ("activity:", form.activity),
        ("fy>=", form.since),
        ("amount>=", amount),
    ):
        if value.strip():
            yield f"{name}{_one(value)}"
    if form.near.strip():
        miles = form.miles.strip() or USUAL_MILES
        yield f"near:{_quoted(form.near)} within {re.sub(r'[^0-9.]', '', miles) or 0}mi"
    if form.changes:
        kinds = [_one(kind) for kind in form.changes]
        yield f"change:{kinds[0]}" if len(kinds) == 1 else f"change:({' OR '.join(kinds)})"


def _pieces(text: str) -> list[str]:
    """Return the words and quoted phrases of a field, each as the language has it."""
    return [_piece(one) for one in _PIECE.findall(text) if words_in(one)]


def _piece(typed: str) -> str:
    is_plain = _PLAIN.fullmatch(typed) and typed.lower() not in _JOINING
    return typed if is_plain else _quoted(typed)


def _quoted(text: str) -> str:
    plain = text.replace("*", " ").replace('"', " ")
    return f'"{" ".join(plain.split())}"'


def _one(value: str) -> str:
    plain = value.replace('"', " ").strip()
    return plain if plain.replace("_", "").isalnum() else f'"{plain}"'


def form_of(query: Query) -> Form | None:
    """Return the form that asks what a query asks; None where that is more than a form can say."""
    form: Form | None = EMPTY
    for part in _flat(query):
        form = _with(form, part) if form else None
    if form is None:
        return None
    same = canonical_form(parse(written_form(form))) == canonical_form(query)
    return form if same else None


def _flat(query: Query) -> Iterator[Query]:
    match query:
        case And(parts):
            for part in parts:
                yield from _flat(part)
        case _:
            yield query


def _with(form: Form, part: Query) -> Form | None:
    """Return the form with one clause more; None for one that has no field, or a taken one."""
    match part:
        case Word() | Prefix() | Phrase() if part.field == ALL_TEXT:
            if isinstance(part, Phrase) and len(part.words) > 1 and not form.phrase:
                return replace(form, phrase=" ".join(part.words))
            return replace(form, words=f"{form.words} {_typed(part)}".strip())
        case Or(parts):
            return _with_choice(form, parts)
        case Not(part) if unwanted := _texts(part.parts if isinstance(part, Or) else (part,)):
            return replace(form, none_of=f"{form.none_of} {unwanted}".strip())
        case Value(ValueField.CHANGE, kind) if not form.changes:
            return replace(form, changes=(kind,))
        case Value(field, value) if field in _FIELDS:
            return _filled(form, _FIELDS[field], value)
        case Comparison(NumberField() as field, ">=", number):
            return _filled(form, _FIELDS[field], str(number))
        case Near(place, miles) if found := find_place(place):
            return _filled(replace(form, miles=str(miles)), "near", found.title)
        case _:
            return None


_FIELDS = {
    ValueField.STATE: "state",
    ValueField.IC: "institute",
    ValueField.ACTIVITY: "activity",
    NumberField.FY: "since",
    NumberField.AMOUNT: "amount",
}


def _filled(form: Form, name: str, value: str) -> Form | None:
    return None if getattr(form, name) else replace(form, **{name: value})


def _with_choice(form: Form, parts: Sequence[Query]) -> Form | None:
    if not form.any_of and (choice := _texts(parts)):
        return replace(form, any_of=choice)
    kinds = [
        part.value for part in parts if isinstance(part, Value) and part.field is ValueField.CHANGE
    ]
    is_of_changes = len(kinds) == len(parts) and not form.changes
    return replace(form, changes=tuple(kinds)) if is_of_changes else None


def _texts(parts: Sequence[Query]) -> str:
    """Return words and phrases as a field of the form holds them; empty if there is more."""
    texts = [
        _typed(part)
        for part in parts
        if isinstance(part, Word | Prefix | Phrase) and part.field == ALL_TEXT
    ]
    return " ".join(texts) if len(texts) == len(parts) else ""


def _typed(leaf: Word | Prefix | Phrase) -> str:
    match leaf:
        case Word(_, word):
            return word
        case Prefix(_, prefix):
            return f"{prefix}*"
        case Phrase(_, several):
            return f'"{" ".join(several)}"'
