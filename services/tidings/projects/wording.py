"""The change line: what happened to a study, in the same words in mail and on pages (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal, cast

from tidings.projects.models import SEVERITY_ORDER, Change, ChangeKind, Severity
from tidings.projects.names import person, title_case
from tidings.rendering.speech import ENGLISH, Sayable, Speech

Tone = Literal["accent", "bad", "new", "plain"]

NOT_SAID = Sayable("RePORTER does not say why.")
USUAL_REASONS = Sayable("Common reasons: early end, transfer, correction.")
UNDONE_IN_TWENTY = Sayable("About 1 in 20 such changes were later undone.")
"""The measured base rate: 125 of 2,687 cut awards moved forward again within 14 weeks."""

LABELS = {
    "award": Sayable("Award"),
    "award_amount": Sayable("Money this year"),
    "budget_end": Sayable("Budget end"),
    "budget_start": Sayable("Budget start"),
    "project_end_date": Sayable("End date"),
    "project_start_date": Sayable("Start date"),
    "contact_pi_name": Sayable("Lead researcher"),
    "principal_investigators": Sayable("Researchers"),
    "organization": Sayable("Institution"),
    "geo_lat_lon": Sayable("Place"),
    "activity_code": Sayable("Kind of award"),
    "project_title": Sayable("Title"),
    "abstract_text": Sayable("Abstract"),
    "phr_text": Sayable("Public summary"),
    "pref_terms": Sayable("Project terms"),
    "terms": Sayable("Project terms"),
    "is_active": Sayable("Status"),
    "award_notice_date": Sayable("Award notice"),
    "program_officers": Sayable("Program officer"),
    "agency_ic_admin": Sayable("Institute"),
    "opportunity_number": Sayable("Funding opportunity"),
    "spending_categories_desc": Sayable("NIH categories"),
    "publications": Sayable("Papers"),
}
"""What readers call RePORTER's fields; any other is named by its own words."""

DATE_FIELDS = frozenset(
    {
        "award_notice_date",
        "budget_end",
        "budget_start",
        "project_end_date",
        "project_start_date",
    }
)
LONG_TEXTS = frozenset({"abstract_text", "phr_text"})

HEADLINES = {
    ChangeKind.NEW_PROJECT: Sayable("new study"),
    ChangeKind.NEXT_YEAR_FUNDED: Sayable("funded for another year"),
    ChangeKind.RENEWED: Sayable("renewed"),
    ChangeKind.SUPPLEMENT: Sayable("supplement awarded"),
    ChangeKind.TRANSFERRED: Sayable("moved to another institution"),
    ChangeKind.EXTENDED: Sayable("extended"),
    ChangeKind.END_CUT: Sayable("end date moved earlier"),
    ChangeKind.SHORTENED: Sayable("end date moved earlier"),
    ChangeKind.REVERSED: Sayable("an earlier change was undone"),
    ChangeKind.DATES_CHANGED: Sayable("budget dates moved"),
    ChangeKind.AMOUNT_CHANGED: Sayable("award amount changed"),
    ChangeKind.PI_CHANGED: Sayable("researchers changed"),
    ChangeKind.ORGANIZATION_CHANGED: Sayable("institution changed"),
    ChangeKind.TITLE_CHANGED: Sayable("title changed"),
    ChangeKind.ABSTRACT_REWRITTEN: Sayable("text rewritten"),
    ChangeKind.FIRST_ABSTRACT: Sayable("first text published"),
    ChangeKind.NEW_PUBLICATION: Sayable("new paper"),
    ChangeKind.NEW_TRIAL_LINK: Sayable("new linked trial"),
    ChangeKind.WENT_INACTIVE: Sayable("no longer active"),
    ChangeKind.MISSING: Sayable("no longer in RePORTER"),
    ChangeKind.RETURNED: Sayable("back in RePORTER"),
    ChangeKind.OVERDUE: Sayable("next year is overdue"),
    ChangeKind.COSMETIC: Sayable("details changed"),
}
"""What a subject says of a change: facts, no names, no condition."""

EXPLANATIONS = {
    ChangeKind.END_CUT: (NOT_SAID, USUAL_REASONS, UNDONE_IN_TWENTY),
    ChangeKind.SHORTENED: (NOT_SAID, UNDONE_IN_TWENTY),
    ChangeKind.REVERSED: (Sayable("This undoes a change that was shown earlier."),),
    ChangeKind.WENT_INACTIVE: (
        Sayable(
            "Its budget period has ended in RePORTER. A gap between two budget years is usual."
        ),
    ),
    ChangeKind.MISSING: (
        Sayable(
            "RePORTER has not listed this record for four weeks. It does not say why. "
            "Records do return."
        ),
    ),
}
"""What is known of why, sentence by sentence."""

NEW = frozenset(
    {
        ChangeKind.NEW_PROJECT,
        ChangeKind.SUPPLEMENT,
        ChangeKind.FIRST_ABSTRACT,
        ChangeKind.NEW_PUBLICATION,
        ChangeKind.NEW_TRIAL_LINK,
    }
)
GOOD = frozenset(
    {ChangeKind.EXTENDED, ChangeKind.NEXT_YEAR_FUNDED, ChangeKind.RENEWED, ChangeKind.TRANSFERRED}
)
BAD = frozenset(
    {
        ChangeKind.END_CUT,
        ChangeKind.SHORTENED,
        ChangeKind.WENT_INACTIVE,
        ChangeKind.MISSING,
        ChangeKind.OVERDUE,
    }
)
UNDONE = frozenset({ChangeKind.REVERSED, ChangeKind.RETURNED})

TOLD_FIRST = (
    ChangeKind.REVERSED,
    ChangeKind.END_CUT,
    ChangeKind.MISSING,
    ChangeKind.WENT_INACTIVE,
    ChangeKind.OVERDUE,
    ChangeKind.SHORTENED,
    ChangeKind.RETURNED,
    ChangeKind.EXTENDED,
    ChangeKind.DATES_CHANGED,
    ChangeKind.AMOUNT_CHANGED,
    ChangeKind.NEXT_YEAR_FUNDED,
    ChangeKind.RENEWED,
    ChangeKind.SUPPLEMENT,
    ChangeKind.TRANSFERRED,
    ChangeKind.ORGANIZATION_CHANGED,
    ChangeKind.PI_CHANGED,
)
"""Of changes that matter alike: how it ends, then dates, money, people; what is left are texts."""


NUMBERS_SHOWN = 3
"""New papers that a line names; of more it gives the count."""


@dataclass(frozen=True)
class ChangeLine:
    """One change as it is shown; ``was`` and ``now`` are empty where there is nothing to show."""

    mark: str
    tone: Tone
    label: str
    was: str
    now: str
    dated: date | None
    seen: date
    explanation: str
    kind: ChangeKind
    severity: Severity


def label_of(field: str, speech: Speech = ENGLISH) -> str:
    """Return what readers call one of RePORTER's fields."""
    return speech.say(LABELS.get(field, field.replace("_", " ").capitalize()))


def value_words(field: str, value: Any, speech: Speech = ENGLISH) -> str:
    """Return the value of a field as readers see it; a long text as it stands."""
    return _none(speech) if value is None else WRITERS.get(field, _plain)(value, speech)


def change_line(change: Change, speech: Speech = ENGLISH) -> ChangeLine:
    """Return the line that tells of a change; the same change gives the same line."""
    was, now = _values(change, speech)
    has_ended = change.kind is ChangeKind.END_CUT and isinstance(change.after, str)
    return ChangeLine(
        mark=_mark(change),
        tone=_tone(change),
        label=_label(change, speech),
        was=was,
        now=now,
        dated=date.fromisoformat(change.after) if has_ended else None,
        seen=change.seen_at.date(),
        explanation=" ".join(map(speech.say, EXPLANATIONS.get(change.kind, ()))),
        kind=change.kind,
        severity=change.severity,
    )


def worst_first(changes: Sequence[Change]) -> list[Change]:
    """Return the changes in the order in which they are told."""
    return sorted(changes, key=_rank)


def _rank(change: Change) -> tuple[int, int, str]:
    kinds = TOLD_FIRST.index(change.kind) if change.kind in TOLD_FIRST else len(TOLD_FIRST)
    return SEVERITY_ORDER.index(change.severity), kinds, change.field


def headline(changes: Sequence[Change], speech: Speech = ENGLISH) -> str:
    """Say in a few words what happened: the worst change, and how many others."""
    if not changes:
        return speech.say(HEADLINES[ChangeKind.NEW_PROJECT])
    first, *others = worst_first(changes)
    kinds = {change.kind for change in others} - {first.kind}
    words = speech.say(HEADLINES[first.kind])
    if not kinds:
        return words
    return speech.count(len(kinds), "{first}, and {n} more", "{first}, and {n} more", first=words)


def _label(change: Change, speech: Speech) -> str:
    if change.field == "award":
        return _capital(speech.say(HEADLINES[change.kind]))
    return label_of(change.field_name, speech)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _mark(change: Change) -> str:
    if change.kind in UNDONE:
        return "↺"
    if change.field in DATE_FIELDS or change.field == "award_amount":
        return "▼" if _went_down(change) else "▲"
    if change.kind in BAD:
        return "▼"
    return "+" if change.kind in NEW or change.field == "award" else "✎"


def _went_down(change: Change) -> bool:
    return change.before is not None and (change.after is None or change.after < change.before)


def _tone(change: Change) -> Tone:
    if change.kind in BAD:
        return "bad"
    if change.kind is ChangeKind.AMOUNT_CHANGED:
        return "bad" if _went_down(change) else "accent"
    if change.kind in NEW:
        return "new"
    return "accent" if change.kind in GOOD | UNDONE else "plain"


def _values(change: Change, speech: Speech) -> tuple[str, str]:
    if change.field in LONG_TEXTS:
        return "", _rewritten(change.before, change.after, speech)
    if change.field == "award":
        return "", _record(change.after, speech)
    if change.field_name == "publications":
        return "", _papers(change.after or [], speech)
    return (
        value_words(change.field_name, change.before, speech),
        value_words(change.field_name, change.after, speech),
    )


def _record(number: Any, speech: Speech) -> str:
    return speech.say("RePORTER record {number}", number=number) if number else ""


def _none(speech: Speech) -> str:
    return speech.say("none")


def _papers(pmids: list[int], speech: Speech) -> str:
    numbers = ", ".join(map(str, pmids[:NUMBERS_SHOWN]))
    dots = ", …" if len(pmids) > NUMBERS_SHOWN else ""
    return speech.count(
        len(pmids),
        "{n} new paper (PMID {numbers})",
        "{n} new papers (PMID {numbers})",
        numbers=f"{numbers}{dots}",
    )


def _plain(value: Any, speech: Speech) -> str:
    if isinstance(value, dict):
        entry = cast("dict[str, Any]", value)
        parts = (f"{name.replace('_', ' ')} {_plain(one, speech)}" for name, one in entry.items())
        return str(entry.get("name") or entry.get("abbreviation") or ", ".join(parts))
    if isinstance(value, bool):
        return speech.say("yes") if value else speech.say("no")
    if isinstance(value, list):
        return ", ".join(_plain(item, speech) for item in cast("list[Any]", value))
    return str(value)


def _day(value: Any, speech: Speech) -> str:
    return speech.day(value)


def _money(value: Any, speech: Speech) -> str:
    return speech.money(value)


def _status(value: Any, speech: Speech) -> str:
    return speech.say("active") if value else speech.say("not active")


def _person(value: Any, _: Speech) -> str:
    return person(value)


def _organization(value: Any, speech: Speech) -> str:
    return title_case(value.get("org_name", "")) or _none(speech)


def _people(value: Any, _: Speech) -> str:
    names = (entry.get("full_name") or entry.get("last_name", "") for entry in value)
    return ", ".join(title_case(" ".join(name.split())) for name in names)


def _rewritten(before: Any, after: Any, speech: Speech) -> str:
    if after is None:
        return speech.say("removed")
    words = after.split()
    if before is None:
        return speech.count(len(words), "first published, {n} word", "first published, {n} words")
    same = SequenceMatcher(a=before.split(), b=words, autojunk=False).ratio()
    return speech.say("reworded, {share} % changed", share=max(1, round(100 * (1 - same))))


Writer = Callable[[Any, Speech], str]

WRITERS: dict[str, Writer] = {
    **dict.fromkeys(DATE_FIELDS, _day),
    "award_amount": _money,
    "contact_pi_name": _person,
    "is_active": _status,
    "organization": _organization,
    "principal_investigators": _people,
}
