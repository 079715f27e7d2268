"""Whom an award may concern, what came of it, and what its page is not, in sentences (pure)."""

from collections.abc import Iterator

from tidings.pages.evidence import Evidence, Kind
from tidings.pages.grounding import Section, Sentence, Span, fixed, stated
from tidings.pages.showing import fit_to_show
from tidings.rendering.speech import Sayable


def who(evidence: Evidence, trials: int) -> Iterator[Sentence]:
    """Say whether the record speaks of people; whom the study fits no page can tell."""
    section = Section.WHO
    if spans := evidence.of(Kind.PEOPLE):
        text = Sayable("The record speaks of people: {words}.", words=_quoted(spans))
        yield stated(section, text, spans, [span.text for span in spans])
    else:
        yield fixed(section, Sayable("The record does not say if people take part."))
    if trials:
        text = Sayable.counted(
            trials,
            "RePORTER links {n} clinical trial to it.",
            "RePORTER links {n} clinical trials to it.",
        )
        yield fixed(section, text)
        yield fixed(section, Sayable("The page of a trial says who can join."))
    yield fixed(section, Sayable("This page cannot tell if a study fits you."))


def similar(papers: int) -> Iterator[Sentence]:
    """Say how many papers there are, and what to think of none."""
    section = Section.SIMILAR
    if papers:
        text = Sayable.counted(
            papers, "RePORTER links {n} paper to it.", "RePORTER links {n} papers to it."
        )
        yield fixed(section, text)
    else:
        yield fixed(section, Sayable("RePORTER links no papers to it."))
        yield fixed(section, Sayable("A paper can come out years after the work."))


def about(evidence: Evidence) -> Iterator[Sentence]:
    """Say what this page is and is not: first of all, that work in a lab is no treatment."""
    section = Section.ABOUT
    is_early = False
    for kind in (Kind.ANIMALS, Kind.LAB):
        if spans := evidence.of(kind):
            is_early = True
            words = _quoted(spans)
            text = (
                Sayable("The record speaks of animals: {words}.", words=words)
                if kind is Kind.ANIMALS
                else Sayable("The record speaks of work in a lab: {words}.", words=words)
            )
            yield stated(section, text, spans, [span.text for span in spans])
    if is_early:
        yield fixed(section, Sayable("Such work is early, and is not a treatment."))
    yield fixed(section, Sayable("Most awards pay for research and enroll no patients."))
    yield fixed(section, Sayable("This page shows what RePORTER says, and no more."))
    yield fixed(section, Sayable("It is not medical advice."))


def _quoted(spans: tuple[Span, ...]) -> list[str]:
    return [Sayable("“{word}”", word=fit_to_show(span.text)) for span in spans]
