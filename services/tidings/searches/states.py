"""States, districts and territories by their codes, as RePORTER writes them (pure)."""

from collections.abc import Mapping
from unicodedata import combining, normalize

from tidings.projects.folding import fold
from tidings.rendering.speech import Sayable, Speech

STATES: Mapping[str, str] = {
    "AL": Sayable("Alabama"),
    "AK": Sayable("Alaska"),
    "AZ": Sayable("Arizona"),
    "AR": Sayable("Arkansas"),
    "CA": Sayable("California"),
    "CO": Sayable("Colorado"),
    "CT": Sayable("Connecticut"),
    "DE": Sayable("Delaware"),
    "DC": Sayable("the District of Columbia"),
    "FL": Sayable("Florida"),
    "GA": Sayable("Georgia"),
    "HI": Sayable("Hawaii"),
    "ID": Sayable("Idaho"),
    "IL": Sayable("Illinois"),
    "IN": Sayable("Indiana"),
    "IA": Sayable("Iowa"),
    "KS": Sayable("Kansas"),
    "KY": Sayable("Kentucky"),
    "LA": Sayable("Louisiana"),
    "ME": Sayable("Maine"),
    "MD": Sayable("Maryland"),
    "MA": Sayable("Massachusetts"),
    "MI": Sayable("Michigan"),
    "MN": Sayable("Minnesota"),
    "MS": Sayable("Mississippi"),
    "MO": Sayable("Missouri"),
    "MT": Sayable("Montana"),
    "NE": Sayable("Nebraska"),
    "NV": Sayable("Nevada"),
    "NH": Sayable("New Hampshire"),
    "NJ": Sayable("New Jersey"),
    "NM": Sayable("New Mexico"),
    "NY": Sayable("New York"),
    "NC": Sayable("North Carolina"),
    "ND": Sayable("North Dakota"),
    "OH": Sayable("Ohio"),
    "OK": Sayable("Oklahoma"),
    "OR": Sayable("Oregon"),
    "PA": Sayable("Pennsylvania"),
    "RI": Sayable("Rhode Island"),
    "SC": Sayable("South Carolina"),
    "SD": Sayable("South Dakota"),
    "TN": Sayable("Tennessee"),
    "TX": Sayable("Texas"),
    "UT": Sayable("Utah"),
    "VT": Sayable("Vermont"),
    "VA": Sayable("Virginia"),
    "WA": Sayable("Washington"),
    "WV": Sayable("West Virginia"),
    "WI": Sayable("Wisconsin"),
    "WY": Sayable("Wyoming"),
    "AS": Sayable("American Samoa"),
    "GU": Sayable("Guam"),
    "MP": Sayable("the Northern Mariana Islands"),
    "PR": Sayable("Puerto Rico"),
    "VI": Sayable("the US Virgin Islands"),
    "FM": Sayable("Micronesia"),
    "MH": Sayable("the Marshall Islands"),
    "PW": Sayable("Palau"),
}
PROVINCES: Mapping[str, str] = {
    "AB": Sayable("Alberta"),
    "BC": Sayable("British Columbia"),
    "MB": Sayable("Manitoba"),
    "NB": Sayable("New Brunswick"),
    "NL": Sayable("Newfoundland and Labrador"),
    "NS": Sayable("Nova Scotia"),
    "NT": Sayable("the Northwest Territories"),
    "NU": Sayable("Nunavut"),
    "ON": Sayable("Ontario"),
    "PE": Sayable("Prince Edward Island"),
    "PQ": Sayable("Quebec"),
    "SK": Sayable("Saskatchewan"),
    "YT": Sayable("Yukon"),
}
"""Canada's, which stand where other records have a state."""

_ALSO = {"QC": "PQ"}
"""Codes that the post writes, and what RePORTER writes for them."""

REGIONS = {**STATES, **PROVINCES}
"""Every code that a record's state may be, with its name."""

_CODES = {name.removeprefix("the ").casefold(): code for code, name in REGIONS.items()}


_ARTICLES = {"en": ("the ",), "es": ("el ", "las ")}


def state_choices(speech: Speech) -> list[tuple[str, str]]:
    """Return the code and the name of each state as a list to choose from has them."""
    named = ((code, speech.say(name)) for code, name in STATES.items())
    bare = [(code, _without_article(name, speech.language)) for code, name in named]
    return sorted(bare, key=lambda one: _letters(one[1]))


def _letters(name: str) -> str:
    """Return a name as lists are ordered by it: without accents."""
    return "".join(one for one in normalize("NFKD", fold(name)) if not combining(one))


def _without_article(name: str, language: str) -> str:
    articles = _ARTICLES.get(language, ())
    return next((name.removeprefix(one) for one in articles if name.startswith(one)), name)


def kept_code(code: str) -> str:
    """Return the one code by which a state is compared, of a record or of a search."""
    return _ALSO.get(code, code)


def state_code(typed: str) -> str | None:
    """Return the code of a state that is given by code or by name, in any case."""
    plain = " ".join(typed.replace(".", "").split())
    code = kept_code(plain.upper())
    return code if code in REGIONS else _CODES.get(plain.casefold().removeprefix("the "))
