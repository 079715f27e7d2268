"""The facets of a result in words, each part a link to the search that keeps it alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import URL

from tidings.pages.activity_codes import KINDS
from tidings.rendering.speech import Sayable
from tidings.searches.facets import ENDED, RUNNING, Facet, Field, Part
from tidings.searches.states import REGIONS, state_choices
from tidings.web.site import Site

TITLES = {
    Field.INSTITUTE: Sayable("Institute"),
    Field.STATE: Sayable("State"),
    Field.KIND: Sayable("Kind of award"),
    Field.YEAR: Sayable("Fiscal year"),
    Field.END: Sayable("Running or ended"),
}
ENDS = {RUNNING: Sayable("still running"), ENDED: Sayable("has ended")}


@dataclass(frozen=True)
class ShownPart:
    """A part of a result; ``address`` leads to it, or away from it where it is chosen."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class ShownFacet:
    """A facet before the reader."""

    title: str
    parts: Sequence[ShownPart]
    more: Sequence[ShownPart]

    @property
    def chosen(self) -> Sequence[ShownPart]:
        """The parts that the search asks for."""
        return [part for part in (*self.parts, *self.more) if part.is_chosen]


def shown_facets(site: Site, facets: Sequence[Facet]) -> list[ShownFacet]:
    """Return facets in the language of the site."""
    states = dict(state_choices(site.speech))
    return [
        ShownFacet(
            site.speech.say(TITLES[one.field]),
            [_part(site, one.field, part, states) for part in one.parts],
            [_part(site, one.field, part, states) for part in one.more],
        )
        for one in facets
    ]


def _part(site: Site, field: Field, part: Part, states: dict[str, str]) -> ShownPart:
    match field:
        case Field.STATE:
            label = states.get(part.value) or site.speech.say(REGIONS[part.value])
        case Field.KIND:
            kind = KINDS.get(part.value)
            label = f"{part.value}: {site.speech.say(kind)}" if kind else part.value
        case Field.END:
            label = site.speech.say(ENDS[part.value])
        case _:
            label = part.value
    return ShownPart(label, part.count, _address(site, part.text), part.is_chosen)


def _address(site: Site, text: str | None) -> str:
    if text is None:
        return ""
    there = site.to("/studies")
    return str(URL(there).include_query_params(q=text)) if text else there
