"""Which conditions a record names, and where (pure).

A condition is a name that we know: of our vocabulary, or of ``condition_words``. It is told only
with the words of the record that name it: the title, an NIH category, or a term of the project.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from tidings.pages.condition_names import SPOKEN
from tidings.pages.condition_words import ALSO, BROAD, CATEGORIES, MORE
from tidings.pages.grounding import PROSE, TERM_FIELDS, Span, items, source_text
from tidings.pages.phrases import Phrases
from tidings.projects.canonicalise import Canonical
from tidings.rendering.speech import Sayable
from tidings.searches.condition_files import our_conditions
from tidings.searches.condition_names import doubt_of_name

MOST = 6
"""Conditions that a page tells."""

OFTEN = 2
"""Mentions in the texts from which on a condition is not only spoken of in passing."""

UNMISTAKABLE = frozenset(("COVID-19", "HIV"))
"""Short forms that mean one thing everywhere."""

_TOKEN = re.compile(r"[^\W_]+")
_MALIGNANT = re.compile(r"malignant (?:neoplasm of )?(?:the )?(.+?)(?: neoplasm)?", re.IGNORECASE)


class NamedIn(StrEnum):
    """The part of a record that names a condition, the surest first."""

    TITLE = "title"
    CATEGORY = "category"
    TERM = "term"


_SUREST = tuple(NamedIn)
ATTRIBUTIONS = {
    NamedIn.TITLE: Sayable("title"),
    NamedIn.CATEGORY: Sayable("NIH category"),
    NamedIn.TERM: Sayable("project term"),
}


@dataclass(frozen=True)
class Condition:
    """A condition that a record names; ``span`` is what the record calls it.

    ``is_sure`` says that the study is about it, as far as words tell: the title names it, or the
    texts do more than once, or there is no abstract to ask.
    """

    name: str
    span: Span
    named_in: NamedIn
    is_sure: bool

    @property
    def attribution(self) -> str:
        """Which part of the record names it, in words."""
        return ATTRIBUTIONS[self.named_in]


@dataclass(frozen=True)
class Known:
    """A condition that we have words for; ``key`` is its name as it is compared."""

    name: str
    key: tuple[str, ...]
    is_broad: bool


def conditions_of(canonical: Canonical) -> tuple[Condition, ...]:
    """Return the conditions that a record names: the surest first, an exact one before a broad."""
    mentions = _mentions(canonical)
    named: dict[Known, tuple[NamedIn, Span]] = {}
    for known, span in _in_lists(canonical):
        where = NamedIn.TERM if span.field in TERM_FIELDS else NamedIn.CATEGORY
        named.setdefault(known, (where, span))
    for known, span, is_short in _in_title(canonical):
        if not is_short or known in named or known in mentions:
            named[known] = (NamedIn.TITLE, span)
    is_unchecked = "abstract_text" not in canonical
    sure = {
        one
        for one, (where, _) in named.items()
        if where is NamedIn.TITLE or is_unchecked or mentions.get(one, 0) >= OFTEN
    }
    kept = [one for one in named if one in sure or named[one][0] is not NamedIn.TERM]
    if any(one in sure and not one.is_broad for one in kept):
        kept = [one for one in kept if not one.is_broad or named[one][0] is NamedIn.TITLE]
    ranked = sorted(
        kept,
        key=lambda one: (
            one not in sure,
            one.is_broad,
            _SUREST.index(named[one][0]),
            -mentions.get(one, 0),
            -len(one.key),
            one.name,
        ),
    )
    return tuple(
        Condition(one.name, named[one][1], named[one][0], one in sure)
        for one in _exact_first(ranked, sure)[:MOST]
    )


def _exact_first(ranked: list[Known], sure: set[Known]) -> list[Known]:
    """Return them with the exact form of a condition, if it is sure, before the condition."""
    found: list[Known] = []
    for one in ranked:
        words = set(one.key)
        exact = (other for other in ranked if other in sure and set(other.key) > words)
        found += [other for other in (*exact, one) if other not in found]
    return found


def _in_title(canonical: Canonical) -> Iterator[tuple[Known, Span, bool]]:
    title = canonical.get("project_title", "")
    for known, start, end, is_short in _found_in(title):
        yield (
            known,
            Span(canonical["appl_id"], "project_title", start, end, title[start:end]),
            is_short,
        )


def _in_lists(canonical: Canonical) -> Iterator[tuple[Known, Span]]:
    terms = "pref_terms" if "pref_terms" in canonical else "terms"
    for field in ("spending_categories_desc", terms):
        for start, end, text in items(source_text(canonical, field) or ""):
            known = _of_term(text) if field == terms else _of_category(text)
            if known is not None:
                yield known, Span(canonical["appl_id"], field, start, end, text)


def _of_category(text: str) -> Known | None:
    return _names().get(_key(CATEGORIES.get(text, text)))


@lru_cache(maxsize=8192)
def _of_term(text: str) -> Known | None:
    names = _names()
    found = names.get(_key(text))
    malignant = _MALIGNANT.fullmatch(text)
    if found is None and malignant is not None:
        found = names.get(_key(f"{malignant[1]} cancer"))
    return found


def _mentions(canonical: Canonical) -> dict[Known, int]:
    """Return how often the texts name a condition in full; by a short form alone is not enough."""
    full: dict[Known, int] = {}
    short: dict[Known, int] = {}
    for field in PROSE:
        for known, _, _, is_short in _found_in(source_text(canonical, field) or ""):
            counts = short if is_short else full
            counts[known] = counts.get(known, 0) + 1
    return {known: count + short.get(known, 0) for known, count in full.items()}


def _found_in(text: str) -> Iterator[tuple[Known, int, int, bool]]:
    """Return the conditions that a text names, the longest name wherever several begin.

    The last value says that it does so by a short form, which may mean something else.
    """
    for (known, short), start, end in _phrases().find(text):
        if not short or text[start:end].rstrip("s") == short:
            yield known, start, end, bool(short) and short not in UNMISTAKABLE


@cache
def _names() -> dict[tuple[str, ...], Known]:
    """Return each condition by every name that a list may call it."""
    found: dict[tuple[str, ...], Known] = {}
    for known, names in _vocabulary():
        for name in names:
            found.setdefault(_key(name), known)
    return found


@cache
def _phrases() -> Phrases[tuple[Known, str]]:
    """Return the names that a text may call conditions by.

    A short form counts only in its capitals; one that means other things, too, does not at all.
    """
    named = [(name, known) for known, names in _vocabulary() for name in names]
    shorts = [(name, known, name if name.isupper() else "") for name, known in named]
    return Phrases(
        (
            (name, (known, short))
            for name, known, short in shorts
            if not (short and doubt_of_name(name, is_vetted=True))
        ),
        _word,
    )


def _vocabulary() -> Iterator[tuple[Known, tuple[str, ...]]]:
    for one in our_conditions():
        name = SPOKEN.get(one.name, one.name)
        yield Known(name, _key(one.name), is_broad=False), (*one.names, *ALSO.get(one.name, ()))
    for words, is_broad in ((MORE, False), (BROAD, True)):
        for name, others in words.items():
            yield Known(name, _key(name), is_broad), (name, *others)


def _key(name: str) -> tuple[str, ...]:
    return tuple(_word(one) for one in _TOKEN.findall(name) if one != "s")


@lru_cache(maxsize=16384)
def _word(word: str) -> str:
    """Return a word as names are compared by it: small, American, of one."""
    small = word.lower().replace("tumour", "tumor").replace("aemia", "emia")
    is_plural = len(small) > 4 and small.endswith("s") and not small.endswith(("ss", "is", "us"))
    return small[:-1] if is_plural else small
