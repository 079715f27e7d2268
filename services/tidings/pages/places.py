"""Institutions and places as they stand in a sentence (pure)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tidings.pages.showing import fit_to_show
from tidings.projects.canonicalise import Canonical
from tidings.projects.names import title_case
from tidings.rendering.speech import Sayable
from tidings.searches.states import REGIONS

HOME = "UNITED STATES"

_TAKES_ARTICLE = re.compile(
    r"(?:University|Trustees|Regents|Board|(?:Research )?Institute|(?:Medical )?College|School|"
    r"Medical University) (?:of|for) |(?:U\.S\. |US )?National .*(?:Institute|Center|Library)|"
    r"NIH |Office of "
)


def with_article(name: str) -> str:
    """Return an institution as English names it: the University of Utah, but Utah State."""
    return Sayable("the {name}", name=name) if _TAKES_ARTICLE.match(name) else name


def place_of(canonical: Canonical) -> tuple[str, Sequence[str]]:
    """Return where the lead institution is, and by which fields of ``organization`` it is known.

    A state is written out: Scottsdale, Arizona. A country is told when it is another.
    """
    organization: Mapping[str, Any] = canonical.get("organization", {})
    city = fit_to_show(title_case(organization.get("org_city", "")))
    code = organization.get("org_state", "")
    state = REGIONS.get(code, fit_to_show(code))
    country = organization.get("org_country", "")
    abroad = "" if country == HOME else fit_to_show(title_case(country))
    named = {"org_city": city, "org_state": state, "org_country": abroad}
    parts = {field: text for field, text in named.items() if text}
    return _joined(list(parts.values())), tuple(parts)


def _joined(parts: list[str]) -> str:
    if not parts:
        return ""
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        return Sayable("{place}, {region}", place=parts[0], region=parts[1])
    return Sayable(
        "{place}, {region}, {country}", place=parts[0], region=parts[1], country=parts[2]
    )
