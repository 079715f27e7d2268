"""States, districts and territories by their codes, as RePORTER writes them (pure)."""

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "the District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming", "AS": "American Samoa", "GU": "Guam", "MP": "the Northern Mariana Islands",
    "PR": "Puerto Rico", "VI": "the US Virgin Islands", "FM": "Micronesia",
    "MH": "the Marshall Islands", "PW": "Palau",
}  # fmt: skip
PROVINCES: Mapping[str, str] = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "the Northwest Territories",
    "NU": "Nunavut", "ON": "Ontario", "PE": "Prince Edward Island", "PQ": "Quebec",
    "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip
"""Canada's, which stand where other records have a state."""

_ALSO = {"QC": "PQ"}
"""Codes that the post writes, and what RePORTER writes for them."""

REGIONS = {**STATES, **PROVINCES}
"""Every code that a record's state may be, with its name."""

_CODES = {name.removeprefix("the ").casefold(): code for code, name in REGIONS.items()}


def kept_code(code: str) -> str:
    """Return the one code by which a state is compared, of a record or of a search."""
    return _ALSO.get(code, code)


def state_code(typed: str) -> str | None:
    """Return the code of a state that is given by code or by name, in any case."""
    plain = " ".join(typed.replace(".", "").split())
    code = kept_code(plain.upper())
    return code if code in REGIONS else _CODES.get(plain.casefold().removeprefix("the "))
