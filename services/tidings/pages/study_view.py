"""A study page section by section, as it is shown in one language (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tidings.pages.field_names import field_name
from tidings.pages.glossary import Found, terms_in
from tidings.pages.grounding import Section, Span
from tidings.pages.plain import PlainPage
from tidings.pages.published_queries import PublishedText
from tidings.pages.quoting import Quote
from tidings.pages.showing import fit_to_show
from tidings.rendering.speech import ENGLISH, Speech

MOST_TIPS = 24
"""Words that one page explains beside the text; all of them are in the glossary."""

LONGEST_SOURCE = 140
"""Characters of a field that are shown as a sentence's source."""

MOST_SOURCES = 12


@dataclass(frozen=True)
class Tip:
    """A word of a quote that is explained, by its number on the page."""

    number: int
    found: Found


@dataclass(frozen=True)
class Part:
    """Words of a quote; with a ``tip`` they are a term."""

    text: str
    tip: Tip | None


@dataclass(frozen=True)
class Quoted:
    """The researchers' own words, and whom they are written for."""

    paragraphs: tuple[tuple[Part, ...], ...]
    level: str

    @property
    def tips(self) -> tuple[Tip, ...]:
        """The words that are explained, in order."""
        return tuple(part.tip for parts in self.paragraphs for part in parts if part.tip)


@dataclass(frozen=True)
class Source:
    """A field of the record, by the name that readers know, and its words."""

    label: str
    words: str


@dataclass(frozen=True)
class Block:
    """One section: what an editor vouched for, what software says, and the quote."""

    read: tuple[str, ...]
    sentences: tuple[str, ...]
    sources: tuple[Source, ...]
    quote: Quoted | None


@dataclass(frozen=True)
class StudyView:
    """What a study page says beside its facts and its timeline."""

    headline: str
    official_title: str
    conditions: tuple[str, ...]
    blocks: Mapping[Section, Block]

    def block(self, name: str) -> Block:
        """Return a section by its name."""
        return self.blocks[Section(name)]


def study_view(
    plain: PlainPage, published: PublishedText | None = None, speech: Speech = ENGLISH
) -> StudyView:
    """Return the page of a study in one language.

    What an editor published stands before what software says; a sentence whose source says
    otherwise by now is left out.
    """
    quotes = _quoted(plain.quotes, speech)
    blocks = {
        section: _block(section, plain, published, quotes.get(section), speech)
        for section in Section
    }
    head = blocks[Section.HEADLINE]
    headline = " ".join(head.read) or " ".join(head.sentences)
    conditions = tuple(fit_to_show(one.name) for one in plain.conditions)
    return StudyView(headline, plain.official_title, conditions, blocks)


def _block(
    section: Section,
    plain: PlainPage,
    published: PublishedText | None,
    quote: Quoted | None,
    speech: Speech,
) -> Block:
    said = plain.of(section)
    read = [
        one
        for one in (published.sentences if published else ())
        if one.section is section and not one.is_stale
    ]
    spans = [span for one in (*read, *said) for span in one.spans]
    return Block(
        tuple(one.text for one in read),
        tuple(fit_to_show(speech.say(one.text)) for one in said),
        tuple(_sources(spans, speech)),
        quote,
    )


def _sources(spans: Iterable[Span], speech: Speech) -> Iterator[Source]:
    listed = dict.fromkeys(
        Source(field_name(span.field, speech), _short(fit_to_show(span.text))) for span in spans
    )
    yield from list(listed)[:MOST_SOURCES]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_SOURCE else f"{words[:LONGEST_SOURCE].rstrip()}…"


def _quoted(quotes: Iterable[Quote], speech: Speech) -> dict[Section, Quoted]:
    known: list[str] = []
    return {
        quote.section: Quoted(
            tuple(tuple(_parts(one.shown, speech, known)) for one in quote.paragraphs),
            speech.say(quote.level),
        )
        for quote in quotes
    }


def _parts(text: str, speech: Speech, known: list[str]) -> Iterator[Part]:
    """Cut a paragraph at the words that are explained; ``known`` grows by them."""
    at = 0
    for found in terms_in(text, speech.language, known=known)[: MOST_TIPS - len(known)]:
        known.append(found.key)
        if found.start > at:
            yield Part(text[at : found.start], None)
        yield Part(text[found.start : found.end], Tip(len(known), found))
        at = found.end
    if at < len(text):
        yield Part(text[at:], None)
