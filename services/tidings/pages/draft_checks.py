"""What a draft of a language model has to pass before an editor sees it (pure).

Each sentence cites passages of the record and may say nothing that they do not: no number, no name,
no denial and no certainty of its own. The checks are a gate, not a proof; an editor reads after.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tidings.pages import draft_claims as claims
from tidings.pages.draft_cues import CUES
from tidings.pages.draft_tokens import foreign_judgements, foreign_names, foreign_numbers, names
from tidings.pages.grounding import Section
from tidings.pages.readability import (
    FAIRLY_EASY,
    PLAIN_GRADE,
    plain_grade,
    spanish_ease,
    without_names,
)
from tidings.pages.spans import Excerpt, sentences
from tidings.rendering.speech import LANGUAGES

WRITTEN = {Section.LOOKS_AT: 6, Section.WHY: 4, Section.WHO: 3}
"""The sections that a model may write in, and how many sentences each may have."""

SHORTEST, LONGEST = 15, 300
FEWEST = 2
"""Good sentences that make a draft; fewer are none."""

HARDEST_GRADE, HARDEST_EASE = 10, 50.0
"""What one sentence may ask of a reader: the school grade, and for Spanish the INFLESZ point."""


class Rule(StrEnum):
    """What a sentence must not do, as told to the model and to whoever reads the row."""

    SECTION = "this section cannot be written in, or has too many sentences"
    CITES = "it must cite passages that are there"
    FORM = "it must be one plain sentence that ends with a full stop"
    LENGTH = f"it must have {SHORTEST} to {LONGEST} characters"
    SIGNS = "it may have no markup and no unusual signs"
    ADDRESS = "it may have no web address, mail address or telephone number"
    TWICE = "it says again what another sentence says"
    NUMBERS = "this number is not in the cited passages"
    NAMES = "this name is not in the cited passages"
    WORDS = "this word of praise, blame or amount is not in the cited passages"
    RESTS = "it does not say what the cited passages say"
    QUOTES = "these quoted words are not in the cited passages"
    UNQUOTED = "in this section the researchers' words must be quoted"
    DENIAL = "the passages deny what it says, or the reverse"
    DIRECTION = "the passages say more where it says less, or the reverse"
    CERTAINTY = "it states what the passages only hope for"
    ANIMALS = "the passages speak of animals or of a laboratory, or not of people"
    PERSONS = "it may not speak to the reader, nor as the researchers"
    ADVICE = "it may give no advice"
    ELIGIBLE = "it may not say who can take part"
    PROMISE = "it may promise nothing"
    RESIDUE = "it speaks of its task and not of the study"
    HARD = "it is too hard to read"
    DRAFT_HARD = "all sentences together are too hard to read"
    TOO_FEW = f"a draft needs at least {FEWEST} good sentences"
    ANSWER = "the answer was not in the form that was asked for"


@dataclass(frozen=True)
class Drafted:
    """A sentence as a model gave it; ``cites`` are numbers of passages."""

    section: str
    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True)
class Fault:
    """A rule that a sentence (from 1) or the whole draft (None) broke, and by which words."""

    sentence: int | None
    rule: Rule
    words: str = ""

    def __str__(self) -> str:
        """Say which sentence, what is wrong, and the words at fault, without what nobody sees."""
        where = f"sentence {self.sentence}" if self.sentence else "the draft"
        words = "".join(one if one.isprintable() else "?" for one in self.words[:80])
        return f"{where}: {self.rule}" + (f": “{words}”" if words else "")


def faults_of(draft: Sequence[Drafted], excerpt: Excerpt, language: str) -> tuple[Fault, ...]:
    """Return all that is wrong with a draft, sentence by sentence."""
    found: list[Fault] = []
    told: set[str] = set()
    counts: Counter[str] = Counter()
    for number, one in enumerate(draft, 1):
        counts[one.section] += 1
        for rule, words in _faults(one, excerpt, language):
            found.append(Fault(number, rule, words))
        flat = " ".join(one.text.casefold().split())
        if flat in told:
            found.append(Fault(number, Rule.TWICE))
        told.add(flat)
        if one.section not in WRITTEN or counts[one.section] > WRITTEN[Section(one.section)]:
            found.append(Fault(number, Rule.SECTION, one.section))
    if len(draft) < FEWEST:
        found.append(Fault(None, Rule.TOO_FEW))
    if is_hard(draft, language):
        found.append(Fault(None, Rule.DRAFT_HARD))
    return tuple(found)


def good_part(
    draft: Sequence[Drafted], faults: Sequence[Fault], excerpt: Excerpt, language: str
) -> tuple[Drafted, ...]:
    """Return the sentences of a draft that may be kept, which is none if fewer than two are good.

    Where the rest is too hard as a whole, the hardest sentence goes, one after the other.
    """
    bad = {fault.sentence for fault in faults}
    good = [one for number, one in enumerate(draft, 1) if number not in bad]
    while len(good) >= FEWEST and is_hard(good, language):
        good.remove(max(good, key=lambda one: hardness(one, language)))
    return () if faults_of(good, excerpt, language) else tuple(good)


def is_hard(draft: Sequence[Drafted], language: str) -> bool:
    """Say whether a draft as a whole is no easy reading; quotes are the researchers' own."""
    text = " ".join(_QUOTE.sub("name", one.text) for one in draft)
    if language == "es":
        return spanish_ease(text) < FAIRLY_EASY
    return plain_grade(text) > PLAIN_GRADE


def hardness(one: Drafted, language: str) -> float:
    """Return how hard a sentence is, for comparing: its names count as one plain word each."""
    plain = without_names(_QUOTE.sub("name", one.text), names(one.text), language)
    return -spanish_ease(plain) if language == "es" else plain_grade(plain)


def _faults(one: Drafted, excerpt: Excerpt, language: str) -> Iterator[tuple[Rule, str]]:
    """Check form before content: what is no sentence cannot be held against a passage."""
    wrong = list(_form(one.text))
    yield from wrong
    spans = excerpt.spans(one.cites)
    if not spans:
        yield Rule.CITES, ", ".join(map(str, one.cites[:10]))
    yield from _manners(one.text, language)
    if wrong or not spans or language not in LANGUAGES:
        return
    shown = {passage.number: passage.shown for passage in excerpt.passages}
    sources = [shown[number] for number in dict.fromkeys(one.cites)]
    yield from _quotes(one, sources)
    yield from _content(_QUOTE.sub(" ", one.text), sources, language)
    hardest = -HARDEST_EASE if language == "es" else HARDEST_GRADE
    if hardness(one, language) > hardest:
        yield Rule.HARD, ""


_SIGN = re.compile(r"[^A-Za-zÀ-ɏ\u0391-\u03c9 0-9.,;:'’\u2018“”\"«»()/%–—\-+=≥≤°µ$&?¿¡]")
_ADDRESS = re.compile(
    r"https?:|www\.|\w@\w|@|\b\w[\w-]*\.(?:com|org|net|gov|edu|io|info|ru|cn|example|xyz|co|me|ly)\b"
    r"|\+?\(?\d{3}\)?[-. –]\d{3}[-. –]?\d{3,4}|\b\d{3}[-.]\d{4}\b|\+\d{6,}|\d{7,}",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"“([^“”]*)”|\"([^\"]*)\"|«([^«»]*)»")


def _form(text: str) -> Iterator[tuple[Rule, str]]:
    if text != unicodedata.normalize("NFC", text):
        yield Rule.SIGNS, ""
    sign = _SIGN.search(text)
    if sign:
        yield Rule.SIGNS, sign[0]
    address = _ADDRESS.search(text)
    if address:
        yield Rule.ADDRESS, address[0]
    if not SHORTEST <= len(text) <= LONGEST:
        yield Rule.LENGTH, ""
    ends = text.endswith((".", ".”", '."', ".»"))
    if text != text.strip() or not ends or len(list(sentences(text))) != 1:
        yield Rule.FORM, ""
    if any(mark in _QUOTE.sub("", text) for mark in '“”"«»'):
        yield Rule.QUOTES, text


def _manners(text: str, language: str) -> Iterator[tuple[Rule, str]]:
    """Check what no sentence of a page may do, whatever it cites, and in whichever language."""
    for cues in {id(CUES[one]): CUES[one] for one in ("en", language)}.values():
        for rule, pattern in (
            (Rule.PERSONS, cues.persons),
            (Rule.ADVICE, cues.advice),
            (Rule.ELIGIBLE, cues.eligible),
            (Rule.PROMISE, cues.promise),
            (Rule.RESIDUE, cues.residue),
        ):
            found = pattern.search(text)
            if found:
                yield rule, found[0]


def _quotes(one: Drafted, sources: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    quoted = ["".join(parts).strip(" .,") for parts in _QUOTE.findall(one.text)]
    if one.section == Section.WHO and not any(len(words.split()) >= 2 for words in quoted):
        yield Rule.UNQUOTED, ""
    for words in quoted:
        if not words or not any(words.casefold() in source.casefold() for source in sources):
            yield Rule.QUOTES, words


def _content(text: str, sources: Sequence[str], language: str) -> Iterator[tuple[Rule, str]]:
    for words, rule in (
        (foreign_numbers(text, language, sources), Rule.NUMBERS),
        (foreign_names(text, sources), Rule.NAMES),
        (foreign_judgements(text, CUES[language], sources), Rule.WORDS),
    ):
        for word in words:
            yield rule, word
    if not claims.rests_on(text, sources, language):
        yield Rule.RESTS, ""
    for check, rule in (
        (claims.denies_otherwise, Rule.DENIAL),
        (claims.turns_around, Rule.DIRECTION),
        (claims.too_certain, Rule.CERTAINTY),
        (claims.hides_animals, Rule.ANIMALS),
    ):
        word = check(text, sources, language)
        if word:
            yield rule, word
