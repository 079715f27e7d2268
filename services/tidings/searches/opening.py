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

from tidings.reporter.paging import PAGE
from tidings.searches.criteria.ranges import YEARS
from tidings.searches.criteria.reasons import TEXT
from tidings.searches.query import Query
from tidings.searches.translate import Translation, translate

SEARCH_FORM = "https://reporter.nih.gov/advanced-search"
PLACES = {"projecttitle": "title", "abstracttext": "abstract", "terms": "terms"}
LABELS = {
    "org_states": "State",
    "org_cities": "City",
    "org_countries": "Country",
    "org_names": "Organization",
    "pi_names": "Principal investigator",
    "activity_codes": "Activity code",
    "project_nums": "Project number",
    YEARS: "Fiscal year",
}
RANGE_LABELS = {
    "award_amount_range": ("Award amount in dollars", "min_amount", "max_amount"),
    "project_start_date": ("Project start date", "from_date", "to_date"),
    "project_end_date": ("Project end date", "from_date", "to_date"),
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
        nothing = "Nothing of this search can be asked of RePORTER."
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
    yield from (f"RePORTER finds more: {sentence}" for sentence in translation.left_out)
    yield from (f"RePORTER may differ: {sentence}" for sentence in translation.differs)


def _choices(criteria: Mapping[str, Any]) -> Iterator[str]:
    """Say what to choose in the form beside the text."""
    if text := criteria.get(TEXT):
        places = [PLACES[place] for place in text["search_field"].split(",")]
        yield f"Text search: the logic is Advanced, in {', '.join(places)}."
    for name, values in criteria.items():
        if name in LABELS:
            yield f"{LABELS[name]}: {', '.join(map(_shown, values))}."
        elif name in RANGE_LABELS:
            label, low, high = RANGE_LABELS[name]
            ends = (("from", values.get(low)), ("to", values.get(high)))
            yield f"{label}: {' '.join(f'{word} {end}' for word, end in ends if end is not None)}."
    if agencies := criteria.get("agencies"):
        yield f"Agency/Institute/Center, as administering: {', '.join(agencies)}."
    if split := criteria.get("project_num_split"):
        yield f"Project number: *{split['ic_code']}{split['serial_num']}*."


def _shown(value: Any) -> str:
    return str(cast("dict[str, Any]", value)["any_name"] if isinstance(value, dict) else value)
