"""What an editor says of the sentences of a text, and what has to be mended first (pure)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tidings.errors import RejectedError
from tidings.pages.draft_tokens import foreign_names, foreign_numbers
from tidings.pages.grounding import Section, Span, holds, source_text
from tidings.pages.models import Verdict
from tidings.pages.readability import is_plain, plain_grade, spanish_ease
from tidings.projects.canonicalise import Canonical

WRITTEN = {
    Section.LOOKS_AT: "What this study looks at",
    Section.WHY: "Why it matters",
    Section.WHO: "People the researchers mention",
}
"""The sections that people and models write in; all others are software's."""

LONGEST_SENTENCE = 600

GONE = "the record does not say any more: “{words}”"
NO_SOURCE = "it needs words of the record that it rests on"
NOT_BORNE = "“{words}” is not in the words that it rests on"
NOT_THERE = "the record does not say: “{words}”"


class MeanwhileError(RejectedError):
    """Somebody else changed what was asked to be changed; the words say who and when."""


class UnfitError(RejectedError):
    """Sentences are not fit to be accepted; ``faults`` are by what the form calls each."""

    def __init__(self, faults: Mapping[str, Sequence[str]]) -> None:
        count = len(faults)
        many = "1 sentence" if count == 1 else f"{count} sentences"
        super().__init__(
            f"Nothing was saved: {many} cannot be accepted yet. The reasons are below."
        )
        self.faults = faults


@dataclass(frozen=True)
class Written:
    """What an editor wrote and chose for a sentence; ``quotes`` are the words it rests on."""

    text: str
    quotes: tuple[str, ...]
    verdict: Verdict
    section: Section = Section.LOOKS_AT


@dataclass(frozen=True)
class Judged:
    """A sentence as it is to be stored, and what is wrong with it, in words."""

    text: str
    spans: tuple[Span, ...]
    verdict: Verdict
    faults: tuple[str, ...]


def flat(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def judge(
    written: Written,
    *,
    before: tuple[str, Verdict, Sequence[Span]] | None,
    sources: Mapping[int, Canonical],
    language: str,
) -> Judged:
    """Return what becomes of a sentence; ``before`` is how it stands, None for a new one.

    What is accepted must rest on words that the record says today, and be fit to be read. What is
    left out or left open may rest on nothing, but words that no record has are pointed out.
    """
    text = flat(written.text)
    old_text, old_verdict, old_spans = before or ("", Verdict.PENDING, ())
    spans, faults = find_spans(written.quotes, old_spans, sources)
    verdict = written.verdict
    if verdict is Verdict.ACCEPTED:
        was_edited = before is not None and (
            text != flat(old_text) or old_verdict is Verdict.EDITED
        )
        verdict = Verdict.EDITED if was_edited else Verdict.ACCEPTED
        faults = [*faults, *unfit(text, spans, sources, language)]
    if len(text) > LONGEST_SENTENCE:
        faults = [*faults, f"it is longer than {LONGEST_SENTENCE} characters"]
    return Judged(text, spans, verdict, tuple(dict.fromkeys(faults)))


def unfit(
    text: str, spans: Collection[Span], sources: Mapping[int, Canonical], language: str
) -> tuple[str, ...]:
    """Return why a sentence cannot be published, in words; nothing when it can."""
    if not text:
        return ("it has no words",)
    if not spans:
        return (NO_SOURCE,)
    gone = [one for one in spans if not holds(one, sources.get(one.appl_id, {}))]
    if gone:
        return tuple(GONE.format(words=flat(one.text)) for one in gone)
    return tuple(unborne(text, spans, language))


def find_spans(
    quotes: Iterable[str], known: Iterable[Span], sources: Mapping[int, Canonical]
) -> tuple[tuple[Span, ...], list[str]]:
    """Return where each quote stands, and which stand nowhere.

    Words that a sentence rested on before keep their place, also when the record has lost them.
    """
    by_words = {flat(one.text): one for one in known}
    found: list[Span] = []
    lost: list[str] = []
    for quote in filter(None, map(flat, quotes)):
        span = by_words.get(quote) or find_quote(quote, sources)
        if span is None:
            lost.append(NOT_THERE.format(words=quote))
        elif span not in found:
            found.append(span)
    return tuple(found), lost


def find_quote(quote: str, sources: Mapping[int, Canonical]) -> Span | None:
    """Return where words first stand in a text of a record, however its lines are broken."""
    words = r"\s+".join(re.escape(word) for word in quote.split())
    pattern = re.compile(rf"(?<!\w){words}(?!\w)")
    for appl_id, canonical in sources.items():
        for field in QUOTABLE:
            text = source_text(canonical, field)
            match = pattern.search(text) if text else None
            if match is not None:
                return Span(appl_id, field, match.start(), match.end(), match[0])
    return None


QUOTABLE = ("abstract_text", "phr_text", "project_title")
"""The texts in which an editor's quotes are looked for."""


def unborne(text: str, spans: Iterable[Span], language: str) -> list[str]:
    """Return which numbers and names of a sentence its source does not have, in words."""
    sources = [span.text for span in spans]
    missing = [*foreign_numbers(text, language, sources), *foreign_names(text, sources)]
    return [NOT_BORNE.format(words=one) for one in missing]


def grade_of(text: str, language: str) -> float | None:
    """Return the grade that is kept with a sentence: Spanish has a scale of its own."""
    return round(plain_grade(text), 1) if language == "en" and text else None


def level_of(text: str, language: str) -> str:
    """Say to an editor how hard a sentence is to read; nothing of one without words."""
    if not text:
        return ""
    hard = "" if is_plain(text, language) else ", hard to read"
    if language == "es":
        return f"ease {spanish_ease(text):.0f} of 100{hard}"
    return f"grade {max(0.0, plain_grade(text)):.0f}{hard}"
