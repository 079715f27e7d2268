"""What a study page says in plain words, each sentence with its source (pure).

Nothing is invented: what the record does not say is not on the page. The words are templates, so
that every language can say them; what the researchers wrote is quoted, and labelled as theirs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidings.pages.conditions import Condition, conditions_of
from tidings.pages.evidence import Evidence, evidence_of
from tidings.pages.grounding import Section, Sentence, fixed, span_of, stated
from tidings.pages.places import with_article
from tidings.pages.quoting import Quote, quotes_of
from tidings.pages.section_facts import looks_at, researchers, where
from tidings.pages.section_reach import about, similar, who
from tidings.pages.showing import fit_to_show, official_title
from tidings.pages.study_kinds import kind_of_study
from tidings.projects.canonicalise import Canonical
from tidings.projects.names import title_case
from tidings.rendering.speech import Sayable


@dataclass(frozen=True)
class PlainPage:
    """What a study page says beside its quick facts; ``sentences`` stand in the page's order."""

    headline: Sentence
    official_title: str
    conditions: tuple[Condition, ...]
    sentences: tuple[Sentence, ...]
    quotes: tuple[Quote, ...]
    evidence: Evidence

    def of(self, section: Section) -> tuple[Sentence, ...]:
        """Return the sentences of one section."""
        return tuple(one for one in self.sentences if one.section is section)

    def quote(self, section: Section) -> Quote | None:
        """Return the researchers' own words for one section."""
        return next((one for one in self.quotes if one.section is section), None)


def plain_page(
    current: Canonical, others: Sequence[Canonical] = (), *, papers: int = 0, trials: int = 0
) -> PlainPage:
    """Return the page of a study from the award that speaks for it and its other awards.

    ``papers`` and ``trials`` are how many RePORTER links to it.
    """
    conditions = conditions_of(current)
    evidence = evidence_of(current)
    quotes = quotes_of(current)
    headline = _headline(current, conditions)
    sentences = (
        headline,
        *looks_at(current, others, conditions, has_words=bool(quotes)),
        *who(evidence, trials),
        *_why(quotes),
        *similar(papers),
        *where(current),
        *researchers(current),
        *about(evidence),
    )
    title = official_title(current.get("project_title", ""))
    return PlainPage(headline, title, conditions, sentences, quotes, evidence)


def _headline(current: Canonical, conditions: Sequence[Condition]) -> Sentence:
    """Return what kind of award it is, about what and where, as far as the record says."""
    kind = kind_of_study(current.get("activity_code", ""))
    code = span_of(current, "activity_code")
    about = next((one for one in conditions if one.is_sure and kind.has_topic), None)
    at = span_of(current, "organization.org_name")
    spans = [one for one in (code, about.span if about else None, at) if one]
    values: dict[str, str] = {"what": kind.noun}
    names: list[str] = []
    if about:
        values["condition"] = about.name
        names.append(about.name)
    if at:
        values["org"] = with_article(name := fit_to_show(title_case(at.text)))
        names.append(name)
    if not spans:
        return fixed(Section.HEADLINE, Sayable("A study in RePORTER"))
    return stated(Section.HEADLINE, _headline_text(values), spans, names)


def _headline_text(values: dict[str, str]) -> str:
    if "condition" in values and "org" in values:
        return Sayable("{what} about {condition} at {org}", **values)
    if "condition" in values:
        return Sayable("{what} about {condition}", **values)
    if "org" in values:
        return Sayable("{what} at {org}", **values)
    return values["what"]


def _why(quotes: Sequence[Quote]) -> Iterator[Sentence]:
    if any(one.section is Section.WHY for one in quotes):
        text = Sayable("This is what the researchers hope for, in their own words.")
    else:
        text = Sayable("The record has no note on why it matters.")
    yield fixed(Section.WHY, text)
