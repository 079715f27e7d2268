"""A search said in plain words, so that a reader sees what was understood (pure)."""

from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    Query,
    Value,
    Word,
)

_WHERE = {
    ALL_TEXT: "",
    "title": " in the title",
    "abstract": " in the abstract",
    "terms": " among the terms",
    "pi": " as investigator",
    "org": " as institution",
}
_WHAT = {"state": "state", "ic": "institute", "activity": "kind of award", "change": "change"}
_THAN = {"=": "is", "<": "is under", "<=": "is at most", ">": "is over", ">=": "is at least"}


def read_back(query: Query) -> str:
    """Return a query in words, such as ``“tumor” and not “mouse” in the title``."""
    match query:
        case And(parts):
            return " and ".join(_grouped(part) for part in parts)
        case Or(parts):
            return " or ".join(_grouped(part) for part in parts)
        case Not(part):
            return f"not {_grouped(part)}"
        case Word(field, word):
            return f"“{word}”{_WHERE[field]}"
        case Phrase(field, words):
            return f"exactly “{' '.join(words)}”{_WHERE[field]}"
        case Prefix(field, prefix):
            return f"a word that begins with “{prefix}”{_WHERE[field]}"
        case Value(field, value):
            return f"{_WHAT[field]} {value.replace('_', ' ')}"
        case Comparison(NumberField.FY, operator, number):
            return f"fiscal year {_THAN[operator]} {number}"
        case Comparison(_, operator, number):
            return f"amount {_THAN[operator]} ${number:,}"


def _grouped(part: Query) -> str:
    return f"({read_back(part)})" if isinstance(part, And | Or) else read_back(part)
