"""Whether a study is with people, with animals or in a laboratory, by its own words (pure).

A cue shows what a record speaks of, not what is done: an abstract that hopes to help patients
speaks of patients. So a page says which words there are, and no more.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from tidings.pages.grounding import Span, items, source_text
from tidings.pages.phrases import Phrases
from tidings.projects.canonicalise import Canonical


class Kind(StrEnum):
    """What a word of a record speaks of."""

    PEOPLE = "people"
    ANIMALS = "animals"
    LAB = "lab"


class Verdict(StrEnum):
    """What the words of a record amount to."""

    PEOPLE = "people"
    ANIMALS = "animals"
    LAB = "lab"
    BOTH = "both"
    NOT_STATED = "not stated"


@dataclass(frozen=True)
class Cue:
    """A word that speaks of a kind of study, and where it stands."""

    kind: Kind
    span: Span


@dataclass(frozen=True)
class Evidence:
    """The first words of each kind that a record has; none at all when it does not say."""

    cues: tuple[Cue, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that the record speaks of: people, animals, lab, in this order."""
        found = {cue.kind for cue in self.cues}
        return tuple(kind for kind in Kind if kind in found)

    @property
    def verdict(self) -> Verdict:
        """All in one word: people and something else is both, and no word at all is a value, too.

        Work with animals is lab work as well, so it counts as work with animals.
        """
        kinds = self.kinds
        if not kinds:
            return Verdict.NOT_STATED
        return Verdict.BOTH if kinds[0] is Kind.PEOPLE and kinds[1:] else Verdict(kinds[0].value)

    def of(self, kind: Kind) -> tuple[Span, ...]:
        """Return the words of one kind."""
        return tuple(cue.span for cue in self.cues if cue.kind is kind)


TOLD = 3
"""Words of one kind that a page names."""

_WORDS = {
    Kind.PEOPLE: (
        "human subjects, study subjects, research subjects, human participants, participants, "
        "human volunteers, volunteers, patients, people with, people living with, persons with, "
        "individuals with, youth with, adults, older adults, young adults, adolescents, teenagers, "
        "children, infants, newborns, caregivers, pregnant women, women, men, veterans, "
        "cancer survivors, stroke survivors"
    ),
    Kind.ANIMALS: (
        "mice, mouse model, mouse models, mouse, murine, rat, rats, rodent, rodents, zebrafish, "
        "drosophila, fruit fly, fruit flies, c. elegans, caenorhabditis elegans, xenopus, "
        "non-human primate, non-human primates, nonhuman primate, nonhuman primates, macaque, "
        "macaques, monkey, monkeys, marmoset, marmosets, guinea pig, guinea pigs, pig, pigs, "
        "swine, porcine, rabbit, rabbits, ferret, ferrets, hamster, hamsters, dog, dogs, canine, "
        "sheep, xenograft, xenografts, animal model, animal models, rodent model, "
        "rodent models, animal studies, animal experiments"
    ),
    Kind.LAB: (
        "in vitro, ex vivo, cell line, cell lines, cell culture, cell cultures, cultured cells, "
        "organoid, organoids, iPSC, iPSCs, cryo-EM, crystal structure, crystal structures, "
        "crystallography, mass spectrometry, biochemical assay, biochemical assays, "
        "biochemical studies, biochemical experiments, molecular dynamics, yeast, e. coli, "
        "tissue samples, laboratory experiment, laboratory experiments, laboratory studies, "
        "laboratory model, laboratory models, lab experiments"
    ),
}
_CUES = Phrases(
    ((word, kind) for kind, words in _WORDS.items() for word in words.split(", ")), str.lower
)
_DERIVED = re.compile(r"[-–’' ]{1,2}derived")
_DENIED = re.compile(
    r"\b(?:no|not|non|without|neither|nor|never|instead of|rather than)\b[^.;:]{0,24}$",
    re.IGNORECASE,
)
_TERMS = {
    Kind.PEOPLE: frozenset(("human subject", "participant", "patients", "volunteer group")),
    Kind.ANIMALS: frozenset(
        ("animal model", "mus", "mouse model", "nude mice", "rattus", "rodent", "zebrafish")
    ),
    Kind.LAB: frozenset(("cell line", "cell culture techniques", "in vitro", "organoids")),
}
_TEXTS = ("project_title", "phr_text", "abstract_text")


def evidence_of(canonical: Canonical) -> Evidence:
    """Return which words of a record speak of people, of animals and of a laboratory.

    Its list of terms, which NIH's software makes from the same texts, is asked only when title,
    narrative and abstract have no such word.
    """
    cues = _in_texts(canonical)
    return Evidence(cues or tuple(cue for kind in Kind for cue in _in_terms(canonical, kind)))


def _in_texts(canonical: Canonical) -> tuple[Cue, ...]:
    found: dict[Kind, dict[str, Cue]] = {kind: {} for kind in Kind}
    for field in _TEXTS:
        text = source_text(canonical, field) or ""
        for kind, start, end in _CUES.find(text):
            words = text[start:end].split(" with")[0].split(" living")[0]
            told = found[kind]
            if len(told) < TOLD and words.lower() not in told and _is_meant(text, start, end):
                span = Span(canonical["appl_id"], field, start, start + len(words), words)
                told[words.lower()] = Cue(kind, span)
    return tuple(cue for told in found.values() for cue in told.values())


def _is_meant(text: str, start: int, end: int) -> bool:
    """Say whether a word is neither denied (no animals) nor part of another (patients-derived)."""
    return not _DERIVED.match(text, end) and not _DENIED.search(text[max(0, start - 32) : start])


def _in_terms(canonical: Canonical, kind: Kind) -> tuple[Cue, ...]:
    field = "pref_terms" if "pref_terms" in canonical else "terms"
    found: dict[str, Cue] = {}
    for start, end, text in items(source_text(canonical, field) or ""):
        if text.lower() in _TERMS[kind] and len(found) < TOLD:
            span = Span(canonical["appl_id"], field, start, end, text)
            found.setdefault(text.lower(), Cue(kind, span))
    return tuple(found.values())
