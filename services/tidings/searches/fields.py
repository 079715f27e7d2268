"""The fields of the language by name, and how an error points at what was typed (pure)."""

from collections.abc import Sequence
from difflib import get_close_matches

from lark import Token

from tidings.errors import QueryError
from tidings.rendering.speech import Sayable
from tidings.searches.query import DateField, NumberField, TextField, ValueField

Field = TextField | ValueField | NumberField | DateField
FIELDS: Sequence[Field] = (*TextField, *ValueField, *NumberField, *DateField)
NEAR = "near"
LONGEST_QUOTE = 40

_ALSO_CALLED = {
    "author": "pi", "investigator": "pi", "name": "pi", "researcher": "pi",
    "agency": "ic", "institute": "ic", "nih": "ic",
    "institution": "org", "organization": "org", "organisation": "org", "university": "org",
    "mechanism": "activity", "type": "activity", "code": "activity",
    "year": "fy", "fiscal_year": "fy",
    "cost": "amount", "dollars": "amount", "money": "amount", "funding": "amount",
    "keyword": "terms", "keywords": "terms", "condition": "terms", "disease": "terms",
    "topic": "category", "text": "abstract",
    "award": "project", "grant": "project", "study": "project", "number": "project",
    "begin": "start", "begins": "start", "until": "end", "ends": "end",
    "kind": "change", "event": "change", "level": "severity",
    "place": "near", "location": "near", "within": "near",
}  # fmt: skip
"""What else readers may call a field."""


def known_field(field: Token) -> Field:
    """Return the field that a name is, in any case; QueryError, with what was meant, for none."""
    typed = field.lower()
    for name in FIELDS:
        if name == typed:
            return name
    names = [*FIELDS, NEAR]
    known = _ALSO_CALLED.get(typed)
    likely = [known] if known else [name for name in names if name.startswith(typed)]
    likely = likely or get_close_matches(typed, names) or get_close_matches(typed, _ALSO_CALLED)
    there_are = Sayable("there are {names}.", names=", ".join(names))
    hint = did_you_mean(f"{likely[0]}:") if likely else there_are
    message = Sayable("There is no field {field}: {hint}", field=quoted(field), hint=hint)
    raise QueryError(message, column=at(field))


def did_you_mean(*likely: str) -> Sayable:
    """Return the question whether one of these was meant."""
    return Sayable("did you mean {names}?", names=likely)


def quoted(text: str) -> str:
    """Return what was typed, at most 40 characters of it, in quotation marks."""
    text = text.strip('"')
    return f"“{text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + '...'}”"


def at(token: Token) -> int:
    """Return the column of a token, counted from 1 over all lines."""
    return (token.start_pos or 0) + 1
