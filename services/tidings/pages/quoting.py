"""The researchers' own words, and where in the record each of them stands (pure)."""

import re
from dataclasses import dataclass

from tidings.pages.grounding import Section, source_text
from tidings.pages.readability import grade, reading_level
from tidings.pages.showing import fit_to_show
from tidings.projects.canonicalise import Canonical

_HEADING = re.compile(
    r"\s*(?:(?:project|research|scientific|overall|public\s+health)\s+){0,2}"
    r"(?:summary|abstract|narrative|description|relevance)"
    r"(?:\s*(?:/|\band\b|&|\bor\b)\s*(?:project\s+)?(?:abstract|summary|narrative|relevance))?"
    r"(?:\s+(?:statement|section))?(?:\s*\([^()\n]{1,40}\))?"
    r"(?:\s*[:.]\s*|\s*[–—-]\s+|\s*\n\s*|\s*$|\s+(?=(?-i:[A-Z“\"])))",
    re.IGNORECASE,
)
_HEAD_WORD = re.compile(
    r"\b(?:summary|abstract|narrative|narra\+ve|relevance|principal investigator)\b", re.IGNORECASE
)
_SMALL = frozenset(["of", "the", "and", "or", "for", "to", "by", "provided", "applicant"])
LONGEST_HEADING = 120

_WORDS = re.compile(r"[^\W\d_]{2,}")
_NO_TEXT = re.compile(r"\s*(?:no text|not applicable|n/?a|none)\W*", re.IGNORECASE)
_GAP = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: ``text`` is characters ``start`` up to ``end`` of its field as they stand."""

    text: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The text for the eye: its line breaks are the record's, not the writer's."""
        return " ".join(fit_to_show(self.text).split())


@dataclass(frozen=True)
class Quote:
    """What the researchers wrote in one field, without its heading; ``level`` may be empty."""

    section: Section
    appl_id: int
    field: str
    paragraphs: tuple[Paragraph, ...]
    level: str
    grade: float | None


FEWEST = 2
"""Words below which a field says nothing: some hold "No Text", or numbers."""

QUOTED = ((Section.LOOKS_AT, "abstract_text"), (Section.WHY, "phr_text"))
"""The fields that hold the researchers' own words, and the section each belongs to."""


def quotes_of(canonical: Canonical) -> tuple[Quote, ...]:
    """Return what the researchers wrote, as far as the record has it."""
    made = (quote_of(canonical, section, field) for section, field in QUOTED)
    return tuple(one for one in made if one is not None)


def quote_of(canonical: Canonical, section: Section, field: str) -> Quote | None:
    """Return what one field quotes; None for one that says nothing, or is a heading alone."""
    text = source_text(canonical, field) or ""
    start = _after_headings(text, canonical.get("project_title", ""))
    paragraphs = tuple(_paragraphs(text, start))
    plain = "\n\n".join(one.text for one in paragraphs)
    if len(_WORDS.findall(plain)) < FEWEST or _NO_TEXT.fullmatch(plain):
        return None
    level = reading_level(plain)
    return Quote(section, canonical["appl_id"], field, paragraphs, level, grade(plain))


def _after_headings(text: str, title: str) -> int:
    """Return where the first words stand that are no heading, nor the title once more."""
    start = 0
    while True:
        end = text.find("\n", start) + 1
        line = text[start:end].strip()
        found = _HEADING.match(text, start)
        if line and (line.casefold() == title.strip().casefold() or _is_heading(line)):
            start = end
        elif found and found.end() > start:
            start = found.end()
        else:
            return start


def _is_heading(line: str) -> bool:
    """Say whether a line is a heading: Modified Project Summary/Abstract Section."""
    if len(line) > LONGEST_HEADING or "." in line or not _HEAD_WORD.search(line):
        return False
    return all(not word[0].islower() or word in _SMALL for word in line.split())


def _paragraphs(text: str, start: int) -> list[Paragraph]:
    found: list[Paragraph] = []
    gaps = [(one.start(), one.end()) for one in _GAP.finditer(text, start)]
    for first, last in zip(
        [start, *(end for _, end in gaps)], [*(at for at, _ in gaps), len(text)], strict=True
    ):
        part = text[first:last]
        inside = part.strip()
        if fit_to_show(inside).strip():
            at = first + part.index(inside)
            found.append(Paragraph(inside, at, at + len(inside)))
    return found
