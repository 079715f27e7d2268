"""What an award is, where it is and who leads it, in sentences with their sources (pure)."""

from collections.abc import Iterator, Sequence
from datetime import date

from tidings.pages.conditions import Condition, NamedIn
from tidings.pages.grounding import Section, Sentence, fixed, span_of, stated
from tidings.pages.people import Person, leaders_of, officers_of
from tidings.pages.places import place_of, with_article
from tidings.pages.showing import fit_to_show
from tidings.pages.study_kinds import kind_of_study
from tidings.projects.canonicalise import Canonical
from tidings.projects.names import title_case
from tidings.rendering.speech import Sayable

NAMED = 4
"""Leaders beside the first whose names a sentence holds."""


def looks_at(
    current: Canonical,
    others: Sequence[Canonical],
    conditions: Sequence[Condition],
    *,
    has_words: bool,
) -> Iterator[Sentence]:
    """Say what the award pays for, what it is about, when it runs and what it costs."""
    section = Section.LOOKS_AT
    if kind := span_of(current, "activity_code"):
        yield stated(section, kind_of_study(kind.text).pays, [kind])
    if part := span_of(current, "subproject_id"):
        yield stated(section, Sayable("It is one part of a larger award."), [part])
    yield from _about(conditions)
    yield from _time(current)
    yield from _money(current, others)
    if not has_words:
        yield fixed(section, Sayable("The record has no text by the researchers."))


def where(current: Canonical) -> Iterator[Sentence]:
    """Say which institution leads the work, and where that is."""
    if at := span_of(current, "organization.org_name"):
        name = fit_to_show(title_case(at.text))
        text = Sayable("The lead institution is {org}.", org=with_article(name))
        yield stated(Section.WHERE, text, [at], [name])
    place, parts = place_of(current)
    if place:
        spans = [span_of(current, f"organization.{part}") for part in parts]
        yield stated(Section.WHERE, Sayable("It is in {place}.", place=place), spans, [place])
    if at or place:
        yield fixed(Section.WHERE, Sayable("The work may be done in other places, too."))


def researchers(current: Canonical) -> Iterator[Sentence]:
    """Say who leads the work, and whom to ask at the funder."""
    section = Section.RESEARCHERS
    leaders, officers = leaders_of(current), officers_of(current)
    if not leaders:
        yield fixed(section, Sayable("The record names no one who leads it."))
    for one in leaders[:1]:
        yield stated(section, Sayable("{name} leads it.", name=one.name), one.spans, [one.name])
    if len(leaders) > 1:
        yield _co_leaders(leaders)
    if officers:
        names = [one.name for one in officers]
        text = Sayable("At the funder, the contact is: {names}.", names=names)
        yield stated(section, text, [span for one in officers for span in one.spans], names)


def _co_leaders(leaders: Sequence[Person]) -> Sentence:
    """Name those beside the first; that they are not first is a fact of the record, too."""
    first, *others = leaders
    names = [one.name for one in others[:NAMED]]
    more = len(others) - len(names)
    text = (
        Sayable("It is also led by: {names}; and {n} more.", names=names, n=more)
        if more
        else Sayable("It is also led by: {names}.", names=names)
    )
    spans = [span for one in others for span in one.spans]
    spans += [span for span in first.spans if span.field.endswith(".is_contact_pi")]
    return stated(Section.RESEARCHERS, text, spans, names)


def _about(conditions: Sequence[Condition]) -> Iterator[Sentence]:
    for part in NamedIn:
        listed = [one for one in conditions if one.named_in is part]
        if listed:
            names = [one.name for one in listed]
            match part:
                case NamedIn.TITLE:
                    text = Sayable("Its title names: {names}.", names=names)
                case NamedIn.CATEGORY:
                    text = Sayable("NIH files it under: {names}.", names=names)
                case NamedIn.TERM:
                    text = Sayable("Its terms name: {names}.", names=names)
            yield stated(Section.LOOKS_AT, text, [one.span for one in listed], names)


def _time(current: Canonical) -> Iterator[Sentence]:
    first = span_of(current, "project_start_date")
    last = span_of(current, "project_end_date")
    values = {
        name: date.fromisoformat(span.text)
        for name, span in (("first", first), ("last", last))
        if span
    }
    if first and last:
        text = Sayable("It runs from {first} to {last}.", **values)
    elif first:
        text = Sayable("It began on {first}.", **values)
    else:
        text = Sayable("It ends on {last}.", **values) if last else ""
    if text:
        yield stated(Section.LOOKS_AT, text, [one for one in (first, last) if one])
    if active := span_of(current, "is_active"):
        says = (
            Sayable("RePORTER shows it as active.")
            if current["is_active"]
            else Sayable("RePORTER shows it as not active now.")
        )
        yield stated(Section.LOOKS_AT, says, [active])


def _money(current: Canonical, others: Sequence[Canonical]) -> Iterator[Sentence]:
    section = Section.LOOKS_AT
    funder = span_of(current, "agency_ic_admin.name") or span_of(
        current, "agency_ic_admin.abbreviation"
    )
    if funder:
        name = fit_to_show(funder.text)
        text = Sayable("The award is from {funder}.", funder=with_article(name))
        yield stated(section, text, [funder], [name])
    amount, year = span_of(current, "award_amount"), span_of(current, "fiscal_year")
    if amount and current["award_amount"] and year:
        text = Sayable(
            "For {year}, it is ${amount}.", year=year.text, amount=current["award_amount"]
        )
        yield stated(section, text, [amount, year])
    counted = [
        award
        for award in (current, *others)
        if award.get("award_amount") and "subproject_id" not in award
    ]
    if len(counted) > 1:
        text = Sayable(
            "In all {n} awards that we know, it is ${amount}.",
            n=len(counted),
            amount=sum(award["award_amount"] for award in counted),
        )
        yield stated(section, text, [span_of(award, "award_amount") for award in counted])
