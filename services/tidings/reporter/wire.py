"""A record as RePORTER sends it: 45 fields, nearly all of which may be null (pure)."""

from datetime import date
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tidings.errors import QuarantinedError
from tidings.reporter.body import FlawedRow

LONGEST_SHOWN = 60

Model = TypeVar("Model", bound="WireModel")


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is expected, not true or false")  # noqa: TRY004 - pydantic wants a ValueError
    return value


def _day(value: object) -> date | None:
    """Keep the day: RePORTER's time of day is no time (its minutes were the month until 2025)."""
    if isinstance(value, date):
        return value
    if value is not None and not isinstance(value, str):
        raise ValueError("a date is expected")
    text = (value or "").strip()[:10]
    return date.fromisoformat(text) if text else None


Whole = Annotated[int, BeforeValidator(_no_bool), Field(ge=-(2**63), lt=2**63)]
Money = Annotated[float, BeforeValidator(_no_bool)]
Day = Annotated[date | None, BeforeValidator(_day)]


class WireModel(BaseModel):
    """Base of all that comes from outside: unknown fields are kept, to be reported as drift."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)


class Organization(WireModel):
    """Who got the award. City, country and state name without ``org_`` are always null."""

    org_name: str | None = None
    city: str | None = None
    country: str | None = None
    org_city: str | None = None
    org_country: str | None = None
    org_state: str | None = None
    org_state_name: str | None = None
    dept_type: str | None = None
    fips_country_code: str | None = None
    org_duns: tuple[str, ...] | None = None
    org_ueis: tuple[str, ...] | None = None
    primary_duns: str | None = None
    primary_uei: str | None = None
    org_fips: str | None = None
    org_ipf_code: str | None = None
    org_zipcode: str | None = None
    external_org_id: Whole | None = None


class ProjectNumSplit(WireModel):
    """The parts of a project number."""

    appl_type_code: str | None = None
    activity_code: str | None = None
    ic_code: str | None = None
    serial_num: str | None = None
    support_year: str | None = None
    full_support_year: str | None = None
    suffix_code: str | None = None


class Person(WireModel):
    """A principal investigator, or a programme officer, who has fewer fields."""

    profile_id: Whole | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    is_contact_pi: bool | None = None
    full_name: str | None = None
    title: str | None = None


class Agency(WireModel):
    """The institute that administers an award."""

    code: str | None = None
    abbreviation: str | None = None
    name: str | None = None


class Funding(WireModel):
    """What one institute paid in one fiscal year."""

    fy: Whole | None = None
    code: str | None = None
    name: str | None = None
    abbreviation: str | None = None
    total_cost: Money | None = None
    direct_cost_ic: Money | None = None
    indirect_cost_ic: Money | None = None


class OrganizationType(WireModel):
    """The kind of organisation."""

    name: str | None = None
    code: str | None = None
    is_other: bool | None = None


class GeoPoint(WireModel):
    """Where the organisation is."""

    lon: Money | None = None
    lat: Money | None = None


class StudySection(WireModel):
    """Who reviewed the application."""

    srg_code: str | None = None
    srg_flex: str | None = None
    sra_designator_code: str | None = None
    sra_flex_code: str | None = None
    group_code: str | None = None
    name: str | None = None


class Record(WireModel):
    """One award as RePORTER sends it, in RePORTER's order; only ``appl_id`` is always there."""

    appl_id: Annotated[Whole, Field(gt=0)]
    subproject_id: str | None = None
    fiscal_year: Whole | None = None
    project_num: str | None = None
    project_serial_num: str | None = None
    organization: Organization | None = None
    award_type: str | None = None
    activity_code: str | None = None
    award_amount: Whole | None = None
    is_active: bool | None = None
    project_num_split: ProjectNumSplit | None = None
    principal_investigators: tuple[Person, ...] | None = None
    contact_pi_name: str | None = None
    program_officers: tuple[Person, ...] | None = None
    agency_ic_admin: Agency | None = None
    agency_ic_fundings: tuple[Funding, ...] | None = None
    cong_dist: str | None = None
    spending_categories: tuple[Whole, ...] | None = None
    project_start_date: Day = None
    project_end_date: Day = None
    organization_type: OrganizationType | None = None
    geo_lat_lon: GeoPoint | None = None
    opportunity_number: str | None = None
    full_study_section: StudySection | None = None
    award_notice_date: Day = None
    is_new: bool | None = None
    mechanism_code_dc: str | None = None
    core_project_num: str | None = None
    terms: str | None = None
    pref_terms: str | None = None
    abstract_text: str | None = None
    project_title: str | None = None
    phr_text: str | None = None
    spending_categories_desc: str | None = None
    agency_code: str | None = None
    covid_response: tuple[str, ...] | None = None
    arra_funded: str | None = None
    budget_start: Day = None
    budget_end: Day = None
    cfda_code: str | None = None
    funding_mechanism: str | None = None
    direct_cost_amt: Whole | None = None
    indirect_cost_amt: Whole | None = None
    project_detail_url: str | None = None
    date_added: Day = None

    def known(self) -> dict[str, Any]:
        """Return the fields that came and that we know, at every depth, as plain values."""
        return _known(self)


class PublicationLink(WireModel):
    """RePORTER's word that a paper came out of a project."""

    coreproject: str
    pmid: Annotated[Whole, Field(gt=0)]
    applid: Whole | None = None


def read_record(raw: object) -> Record:
    """Read one row of an answer. Raises QuarantinedError, which names the field that is wrong."""
    return _read(Record, raw)


def read_publication(raw: object) -> PublicationLink:
    """Read one publication link. Raises QuarantinedError, which names the field that is wrong."""
    return _read(PublicationLink, raw)


def unknown_fields(record: WireModel) -> tuple[str, ...]:
    """Name the fields that we do not know, at every depth (``agency_ic_admin.new_field``)."""
    found = set(record.model_extra or ())
    for name in type(record).model_fields:
        for part in _parts(getattr(record, name)):
            found.update(f"{name}.{inner}" for inner in unknown_fields(part))
    return tuple(sorted(found))


def _parts(value: Any) -> tuple[WireModel, ...]:
    values = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)
    return tuple(part for part in values if isinstance(part, WireModel))


def _known(value: Any) -> Any:
    if isinstance(value, WireModel):
        names = value.model_fields_set - set(value.model_extra or ())
        return {name: _known(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [_known(part) for part in cast("tuple[Any, ...]", value)]
    return value


def _read(model: type[Model], raw: object) -> Model:
    if isinstance(raw, FlawedRow):
        raise QuarantinedError(raw.reason)
    if not isinstance(raw, dict):
        raise QuarantinedError(f"a record is an object, not {type(raw).__name__}")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        flaw = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(step) for step in flaw["loc"])
        raise QuarantinedError(
            f"{place}: {flaw['msg']}, got {str(flaw['input'])[:LONGEST_SHOWN]!r}"
        ) from error
