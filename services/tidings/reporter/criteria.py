"""What may be asked of RePORTER: criteria and field names, checked by us (pure).

RePORTER ignores a name that it does not know and answers with everything it has, so that a slip of
the pen costs three million records. Nothing leaves this house that is not named here.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_pascal

from tidings.errors import RejectedError
from tidings.reporter.wire import Record

INCLUDE_FIELDS = tuple(to_pascal(name) for name in Record.model_fields)
"""The names that choose fields, in the order in which RePORTER gives the fields."""

TEXT_FIELDS = ("projecttitle", "abstracttext", "terms")
"""What a text search may look in."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Whole = Annotated[int, Field(ge=0)]


def validate_include_fields(names: Iterable[str]) -> tuple[str, ...]:
    """Return ``names``; RejectedError names those that RePORTER would silently ignore."""
    chosen = tuple(names)
    if unknown := [name for name in chosen if name not in INCLUDE_FIELDS]:
        raise RejectedError(f"RePORTER has no field {', '.join(unknown)}")
    return chosen


def _known_places(text: str) -> str:
    if unknown := [name for name in text.split(",") if name not in TEXT_FIELDS]:
        raise ValueError(f"no text field: {', '.join(unknown)}; known: {', '.join(TEXT_FIELDS)}")
    return text


class _Part(BaseModel):
    """Base of what criteria are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DateRange(_Part):
    """Days from one to another, both counted; one end may be open."""

    from_date: date | None = None
    to_date: date | None = None

    @model_validator(mode="after")
    def _some_days(self) -> Self:
        if self.from_date is None and self.to_date is None:
            raise ValueError("a range of days needs one end at least")
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise ValueError("a range of days ends before it begins")
        return self


class AmountRange(_Part):
    """Whole dollars from one amount to another; awards without an amount never match."""

    min_amount: Whole | None = None
    max_amount: Whole | None = None


class PersonName(_Part):
    """A person, by parts of the name; ``*`` stands for any letters."""

    any_name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None

    @model_validator(mode="after")
    def _some_name(self) -> Self:
        if self == PersonName.model_construct():
            raise ValueError("a person needs a name")
        return self


class TextSearch(_Part):
    """Words to find; ``search_field`` is one text, its places joined by commas."""

    operator: Literal["and", "or", "advanced"] = "and"
    search_field: Annotated[str, AfterValidator(_known_places)] = ",".join(TEXT_FIELDS)
    search_text: LongText


class NumberSplit(_Part):
    """A project by parts of its number; ``ic_code`` and ``serial_num`` seldom change."""

    appl_type_code: Text | None = None
    activity_code: Text | None = None
    ic_code: Text | None = None
    serial_num: Text | None = None
    support_year: Text | None = None
    full_support_year: Text | None = None
    suffix_code: Text | None = None

    @model_validator(mode="after")
    def _some_part(self) -> Self:
        if self == NumberSplit.model_construct():
            raise ValueError("a project's number needs a part")
        return self


class SpendingCategories(_Part):
    """Spending categories by number; any of them, or all."""

    values: tuple[Whole, ...] = Field(min_length=1)
    match_all: bool = False


class Criteria(_Part):
    """The part of RePORTER's criteria that we use; different ones are ANDed, lists are ORed.

    ``Criteria()`` matches every record. With ``include_active_projects`` active records that meet
    all else are added whatever their fiscal year: a union, no restriction. ``is_agency_admin`` asks
    for the agencies that administer an award, not those that only fund it; RePORTER was seen to
    pass over it.
    """

    appl_ids: tuple[Whole, ...] = ()
    project_nums: tuple[Text, ...] = ()
    project_num_split: NumberSplit | None = None
    fiscal_years: tuple[Annotated[int, Field(ge=1900, le=2200)], ...] = ()
    include_active_projects: bool = False
    agencies: tuple[Text, ...] = ()
    is_agency_admin: bool = False
    activity_codes: tuple[Text, ...] = ()
    award_types: tuple[Text, ...] = ()
    opportunity_numbers: tuple[Text, ...] = ()
    org_names: tuple[Text, ...] = ()
    org_names_exact_match: tuple[Text, ...] = ()
    org_cities: tuple[Text, ...] = ()
    org_states: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    org_countries: tuple[Text, ...] = ()
    pi_names: tuple[PersonName, ...] = ()
    pi_profile_ids: tuple[Whole, ...] = ()
    spending_categories: SpendingCategories | None = None
    project_start_date: DateRange | None = None
    project_end_date: DateRange | None = None
    award_notice_date: DateRange | None = None
    date_added: DateRange | None = None
    award_amount_range: AmountRange | None = None
    exclude_subprojects: bool = False
    newly_added_projects_only: bool = False
    advanced_text_search: TextSearch | None = None

    def wire(self) -> dict[str, Any]:
        """Return what is sent; ``Criteria.model_validate`` reads it back."""
        fields = self.model_dump(mode="json", exclude_none=True)
        return {name: value for name, value in fields.items() if value not in ([], False)}


class PublicationCriteria(_Part):
    """What may be asked of the publication links."""

    pmids: tuple[Whole, ...] = ()
    appl_ids: tuple[Whole, ...] = ()
    core_project_nums: tuple[Text, ...] = ()

    def wire(self) -> dict[str, Any]:
        """Return what is sent."""
        return {name: value for name, value in self.model_dump(mode="json").items() if value}
