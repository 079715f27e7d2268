"""What takes a reader from a search of ours to the same one at RePORTER (pure).

RePORTER's site keeps a search under an id that it gives itself; no address can carry a query. So
there is the address of its search form, the text to paste there, what to choose beside it, and the
body of the request that asks the same of its API.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import orjson

from tidings.rendering.speech import Sayable
from tidings.reporter.paging import PAGE
from tidings.searches.criteria.ranges import YEARS
from tidings.searches.criteria.reasons import TEXT
from tidings.searches.query import Query
from tidings.searches.translate import Translation, translate

SEARCH_FORM = "https://reporter.nih.gov/advanced-search"
PLACES = {"projecttitle": "title", "abstracttext": "abstract", "terms": "terms"}
LABELS = {
    "org_states": Sayable("State: {values}."),
    "org_cities": Sayable("City: {values}."),
    "org_countries": Sayable("Country: {values}."),
    "org_names": Sayable("Organization: {values}."),
    "pi_names": Sayable("Principal investigator: {values}."),
    "activity_codes": Sayable("Activity code: {values}."),
    "project_nums": Sayable("Project number: {values}."),
    YEARS: Sayable("Fiscal year: {values}."),
}
RANGE_LABELS = {
    "award_amount_range": (Sayable("Award amount in dollars: {ends}."), "min_amount", "max_amount"),
    "project_start_date": (Sayable("Project start date: {ends}."), "from_date", "to_date"),
    "project_end_date": (Sayable("Project end date: {ends}."), "from_date", "to_date"),
}


@dataclass(frozen=True)
class Opening:
    """How to ask RePORTER for a search.

    ``url`` is its search form, ``text`` what to paste into the form's text search, ``body_json``
    the body for ``POST /v2/projects/search``, and ``notes`` are sentences: what to choose in the
    form, what is not asked, where RePORTER may differ. All but the notes are empty when nothing of
    the search can be asked.
    """

    url: str
    text: str
    body_json: str
    notes: tuple[str, ...]


def open_in_reporter(query: Query, *, today: date, form: str = SEARCH_FORM) -> Opening:
    """Return how to ask RePORTER for a search; ``today`` ends open ranges of fiscal years."""
    translation = translate(query, today=today)
    if not translation.criteria:
        nothing = Sayable("Nothing of this search can be asked of RePORTER.")
        return Opening("", "", "", (nothing, *_notes(translation)))
    body = {
        "criteria": translation.criteria,
        "offset": 0,
        "limit": PAGE,
        "sort_field": "appl_id",
        "sort_order": "asc",
    }
    text: Mapping[str, Any] = translation.criteria.get(TEXT, {})
    return Opening(
        url=form,
        text=text.get("search_text", ""),
        body_json=orjson.dumps(body, option=orjson.OPT_INDENT_2).decode(),
        notes=(*_choices(translation.criteria), *_notes(translation)),
    )


def _notes(translation: Translation) -> Iterator[str]:
    for sentence in translation.left_out:
        yield Sayable("RePORTER finds more: {sentence}", sentence=sentence)
    for sentence in translation.differs:
        yield Sayable("RePORTER may differ: {sentence}", sentence=sentence)


def _choices(criteria: Mapping[str, Any]) -> Iterator[str]:
    """Say what to choose in the form beside the text."""
    if text := criteria.get(TEXT):
        places = ", ".join(PLACES[place] for place in text["search_field"].split(","))
        yield Sayable("Text search: the logic is Advanced, in {places}.", places=places)
    for name, values in criteria.items():
        if name in LABELS:
            yield Sayable(LABELS[name], values=", ".join(map(_shown, values)))
        elif name in RANGE_LABELS:
            label, low, high = RANGE_LABELS[name]
            yield Sayable(label, ends=_ends(values.get(low), values.get(high)))
    if agencies := criteria.get("agencies"):
        names = ", ".join(agencies)
        yield Sayable("Agency/Institute/Center, as administering: {values}.", values=names)
    if split := criteria.get("project_num_split"):
        number = f"*{split['ic_code']}{split['serial_num']}*"
        yield Sayable(LABELS["project_nums"], values=number)


def _ends(low: object, high: object) -> Sayable:
    if high is None:
        return Sayable("from {low}", low=str(low))
    if low is None:
        return Sayable("to {high}", high=str(high))
    return Sayable("from {low} to {high}", low=str(low), high=str(high))


def _shown(value: Any) -> str:
    return str(cast("dict[str, Any]", value)["any_name"] if isinstance(value, dict) else value)
