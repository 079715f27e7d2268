"""Where each sentence of a page has its words from: a field of a record, and characters in it.

Pure. A *source* is a text of a canonical form, named by its path: ``abstract_text``,
``organization.org_name``, ``principal_investigators.0.full_name``. What is no text there counts as
RePORTER's JSON would write it: ``2027-07-31``, ``176040``, ``true``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from tidings.projects.canonicalise import Canonical
from tidings.rendering.speech import Sayable


class Section(StrEnum):
    """The parts of a study page, in the order that people know."""

    HEADLINE = "headline"
    LOOKS_AT = "looks_at"
    WHO = "who"
    WHY = "why"
    SIMILAR = "similar"
    WHERE = "where"
    RESEARCHERS = "researchers"
    ABOUT = "about"


@dataclass(frozen=True)
class Span:
    """Characters from ``start`` up to ``end`` of one field of one award: ``text`` is there."""

    appl_id: int
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Sentence:
    """One sentence that software wrote; ``names`` are the words in it that the record gave."""

    section: Section
    text: str | Sayable
    spans: tuple[Span, ...]
    names: tuple[str, ...] = ()

    @property
    def is_fixed(self) -> bool:
        """Whether it takes nothing from the record, and so stands whatever that says."""
        return not self.spans


def fixed(section: Section, text: str) -> Sentence:
    """Return a sentence that takes nothing from the record: a caveat, or a count of links."""
    return Sentence(section, text, ())


def stated(
    section: Section, text: str, spans: Iterable[Span | None], names: Iterable[str] = ()
) -> Sentence:
    """Return a sentence that the record bears out.

    Raises ValueError when it names no source, or one that the record does not have.
    """
    sources = tuple(dict.fromkeys(spans))
    found = tuple(one for one in sources if one is not None)
    if not found or len(found) < len(sources):
        raise ValueError(f"a sentence of {section} has no source: {text}")
    return Sentence(section, text, found, tuple(names))


def source_text(canonical: Canonical, field: str) -> str | None:
    """Return the text of a field, given by its path; None where the record has none."""
    value: Any = canonical
    for part in field.split("."):
        if isinstance(value, Mapping):
            value = cast("Mapping[str, Any]", value).get(part)
        elif isinstance(value, Sequence) and not isinstance(value, str) and part.isdigit():
            rows = cast("Sequence[Any]", value)
            value = rows[int(part)] if int(part) < len(rows) else None
        else:
            return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or isinstance(value, Mapping | list) else str(value)


def span_of(canonical: Canonical, field: str, text: str | None = None) -> Span | None:
    """Return where ``text`` first stands in a field, or the whole field; None if it does not."""
    source = source_text(canonical, field)
    start = -1 if source is None else source.find(source if text is None else text)
    if source is None or start < 0:
        return None
    found = source if text is None else text
    return Span(canonical["appl_id"], field, start, start + len(found), found)


def holds(span: Span, canonical: Canonical) -> bool:
    """Say whether the record still says what a span took from it, there or elsewhere in the field.

    An item of a list holds while it is one of them; a whole value (a date, an amount, a name)
    only while it is that value.
    """
    source = source_text(canonical, span.field)
    if source is None or not span.text:
        return False
    if span.field in PROSE:
        return span.text in source
    if source[span.start : span.end] == span.text and span.field not in LISTS:
        return True
    return span.field in LISTS and any(text == span.text for _, _, text in items(source))


PROSE = frozenset({"abstract_text", "phr_text", "project_title"})
"""Fields in which a passage may move without a word of it changing."""

TERM_FIELDS = frozenset({"pref_terms", "terms"})
LISTS = TERM_FIELDS | {"spending_categories_desc"}
"""Fields that hold many items in one text, ``a;b`` or ``<a><b>``, which may move, too."""

_ITEM = re.compile(r"[^;<>]+")


def items(text: str) -> Iterator[tuple[int, int, str]]:
    """Return where each item of a list stands, and what it is."""
    for one in _ITEM.finditer(text):
        item = one[0].strip()
        if item:
            start = one.start() + one[0].index(item)
            yield start, start + len(item), item


def broken(spans: Iterable[Span], sources: Mapping[int, Canonical]) -> tuple[Span, ...]:
    """Return the spans that their records no longer bear out; ``sources`` are by ``appl_id``."""
    return tuple(one for one in spans if not holds(one, sources.get(one.appl_id, {})))
