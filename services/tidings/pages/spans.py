"""The texts of a record as numbered sentences, each with where exactly it stands (pure).

A language model is shown these, and cites them by number. The splitter is ours: it knows what
grants abbreviate, keeps every character, and cuts what has no full stop for pages on end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from tidings.pages.draft_cues import speaks_to_software
from tidings.pages.grounding import Span, source_text
from tidings.pages.quoting import QUOTED, quote_of
from tidings.pages.showing import fit_to_show
from tidings.projects.canonicalise import Canonical

LONGEST = 900
"""Characters of one passage: what runs on for longer is cut at a word."""

_STOP = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|\s*\n\s*\n\s*|\n(?=\s*(?:[•▪●·*–-]|\(?\d{1,2}[.)])\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|i\.v|i\.p|s\.c|p\.o|a\.k\.a|et al|cf|vs|viz|approx|ca|no|nos|fig|figs|eq|"
    r"ref|refs|vol|dept|univ|inc|ltd|co|corp|dr|drs|mr|mrs|ms|prof|st|jr|sr|ph\.d|m\.d|d\.o|"
    r"u\.s|u\.k|spp|sp|subsp|var|resp|min|max|incl|est|ave|gen|lt|col|sgt)"
    r"|(?<![^\W_])[A-Za-z])$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*(?:(?:specific\s+)?aim\s+)?(?:\d{1,2}|[IVX]{1,4})", re.IGNORECASE)
_BEGINS = re.compile(r"[\"'“\u2018(\[]*[A-Z0-9\u0391-\u03c9•▪●·*–-]")
_OPENS = re.compile(
    r"(?:We|Our|The|This|These|Those|In|Aim|However|Thus|Here|To|It|There|A|An|For|Using|With|By|"
    r"Moreover|Furthermore|Although|While|Specifically|Additionally|As|Finally|Recent|Both)\b"
)
_ALWAYS_GOES_ON = re.compile(
    r"\b(?:dr|drs|mr|mrs|ms|prof|e\.g|i\.e|vs|cf|fig|figs)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Passage:
    """One sentence of a record, under the number that it is cited by."""

    number: int
    span: Span

    @property
    def shown(self) -> str:
        """The words in one line, without what nobody sees."""
        return " ".join(fit_to_show(self.span.text).split())


@dataclass(frozen=True)
class Excerpt:
    """What of a record is shown to a model.

    ``left_out`` counts the passages beyond the limit, ``withheld`` those that speak to software
    and not of research, with all that follows them in their field: nobody who writes of cells says
    "ignore the above", and whoever does is not to be believed in the next sentence.
    """

    passages: tuple[Passage, ...]
    left_out: int = 0
    withheld: int = 0

    def spans(self, numbers: Sequence[int]) -> tuple[Span, ...] | None:
        """Return the spans of these passages; None if one of them is not there."""
        there = {one.number: one.span for one in self.passages}
        found = [there.get(number) for number in dict.fromkeys(numbers)]
        return None if None in found else tuple(one for one in found if one is not None)


def excerpt_of(canonical: Canonical, *, most: int) -> Excerpt:
    """Return the title, the narrative and the abstract in sentences, up to ``most`` characters.

    It ends between two sentences. The narrative comes before the abstract: it is short, and what
    its writers wanted everybody to understand.
    """
    found = list(_all_spans(canonical))
    orders = [span for span in found if speaks_to_software(span.text)]
    spans = [
        span
        for span in found
        if not any(one.field == span.field and one.start <= span.start for one in orders)
    ]
    kept: list[Passage] = []
    used = 0
    for span in spans:
        used += len(span.text)
        if used > most and kept:
            break
        kept.append(Passage(len(kept) + 1, span))
    return Excerpt(tuple(kept), len(spans) - len(kept), len(found) - len(spans))


def source_hash(canonical: Canonical) -> str:
    """Return the hash of all texts that a draft may rest on; amounts and dates are none."""
    texts = [source_text(canonical, field) or "" for field in ("project_title", *FIELDS)]
    return sha256(orjson.dumps(texts)).hexdigest()


FIELDS = tuple(field for _, field in reversed(QUOTED))
"""The fields of the researchers' own words; the narrative first, see excerpt_of."""


def _all_spans(canonical: Canonical) -> Iterator[Span]:
    appl_id = canonical["appl_id"]
    title = source_text(canonical, "project_title") or ""
    if fit_to_show(title).strip():
        yield Span(appl_id, "project_title", 0, len(title), title)
    for section, field in reversed(QUOTED):
        quote = quote_of(canonical, section, field)
        for paragraph in quote.paragraphs if quote else ():
            for start, end in sentences(paragraph.text):
                at, text = paragraph.start + start, paragraph.text[start:end]
                if fit_to_show(text).strip():
                    yield Span(appl_id, field, at, at + len(text), text)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Return where each sentence begins and ends; between them there is white space alone."""
    start = 0
    for stop in _STOP.finditer(text):
        if not _LABEL.fullmatch(text, start, stop.start()) and _ends_here(text, stop):
            yield from _pieces(text, start, stop.end())
            start = stop.end()
    yield from _pieces(text, start, len(text))


def _ends_here(text: str, stop: re.Match[str]) -> bool:
    """Say whether a mark ends a sentence; none does after "e.g." or before a small letter."""
    mark = stop[0].strip()
    if not mark:
        return True
    following = text[stop.end() :].lstrip()
    if not _BEGINS.match(following):
        return False
    if mark != ".":
        return True
    before = text[max(0, stop.start() - 12) : stop.start()]
    if not _ABBREVIATION.search(before):
        return True
    # "Figs. 3" and "Dr. Wu" go on; "in the U.S. We will" and "vitamin C. We will" do not.
    return not _ALWAYS_GOES_ON.search(before) and bool(_OPENS.match(following))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return a sentence without the white space around it, cut at words where it is too long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = max(text.rfind(gap, start, start + LONGEST) for gap in "\t\n ")
        cut = start + LONGEST if cut <= start else cut
        piece_end = cut
        while text[piece_end - 1].isspace():
            piece_end -= 1
        yield start, piece_end
        start = cut
        while text[start].isspace():
            start += 1
    if start < end:
        yield start, end
