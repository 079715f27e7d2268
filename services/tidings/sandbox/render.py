"""Writes an award as RePORTER does: 45 fields, in RePORTER's order, with its quirks (pure)."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Literal

from tidings.reporter.wire import Record
from tidings.sandbox import mechanisms
from tidings.sandbox.compose import Texts, compose
from tidings.sandbox.parts import Award, Person
from tidings.sandbox.vocabulary.institutes import INSTITUTES, Institute
from tidings.sandbox.vocabulary.places import DEPARTMENTS
from tidings.sandbox.weeks import stamp_of
from tidings.sandbox.world import Style

DateStyle = Literal["modern", "legacy2025"]
WireRecord = dict[str, Any]

ORDER = tuple(Record.model_fields)
"""RePORTER's order of the fields."""

SOMETIMES_NULL = (
    "project_serial_num",
    "award_type",
    "project_num_split",
    "agency_ic_fundings",
    "cong_dist",
    "geo_lat_lon",
    "opportunity_number",
    "full_study_section",
    "award_notice_date",
    "mechanism_code_dc",
    "terms",
    "pref_terms",
    "phr_text",
    "arra_funded",
    "budget_start",
    "budget_end",
    "cfda_code",
    "funding_mechanism",
    "direct_cost_amt",
    "indirect_cost_amt",
)
"""Fields that any record may lack; one in 200 lacks each."""


@dataclass(frozen=True)
class Moment:
    """All that a record's text depends on besides the award itself."""

    today: date
    is_new: bool
    seed: int
    style: Style
    dates: DateStyle


def render(award: Award, moment: Moment) -> WireRecord:
    """Return the record of an award."""
    rng = Random(f"{moment.seed}:{award.appl_id}")  # noqa: S311 - an invented world
    texts = _texts(award, moment.seed)
    record = (
        _identity(award, rng)
        | _people(award, moment.style)
        | _money(award, rng)
        | _dates_and_place(award, moment, rng)
        | _words(award, texts, moment)
        | _rest(award, moment, rng)
    )
    for name in SOMETIMES_NULL:
        if rng.random() < 0.005:
            record[name] = None
    return {name: record[name] for name in ORDER}


def project_num(award: Award) -> str:
    """Return the full number, ``5R01CA100007-03``; contracts have numbers of their own."""
    if award.mechanism.code == mechanisms.CONTRACT:
        return f"75N9102{award.fiscal_year % 10}C{award.project.number % 100_000:05d}-0-0-1"
    return f"{award.type[0]}{core_num(award)}-{award.support_year:02d}{award.suffix}"


def core_num(award: Award) -> str:
    """Return the number without type, year and suffix."""
    if award.mechanism.code == mechanisms.CONTRACT:
        return project_num(award)
    return f"{award.mechanism.code}{award.project.institute}{award.project.serial}"


def _texts(award: Award, seed: int) -> Texts:
    project = award.project
    name = f"{seed}:{project.number}:{award.component}"
    return compose(name, project.condition, award.title_revision, award.text_revision)


def _identity(award: Award, rng: Random) -> WireRecord:
    contract = award.mechanism.code == mechanisms.CONTRACT
    ic, serial = award.project.institute, award.project.serial
    return {
        "appl_id": award.appl_id,
        "subproject_id": str(7000 + award.component) if award.component else None,
        "fiscal_year": award.fiscal_year,
        "project_num": project_num(award),
        "project_serial_num": None if contract else ic + serial,
        "core_project_num": core_num(award),
        "award_type": None if contract else award.type,
        "activity_code": award.mechanism.code,
        "project_num_split": None if contract else _split(award),
        "opportunity_number": f"PA-{20 + rng.randint(0, 6)}-{rng.randint(100, 320)}",
        "project_detail_url": f"https://reporter.nih.gov/project-details/{award.appl_id}",
    }


def _split(award: Award) -> WireRecord:
    return {
        "appl_type_code": award.type[0],
        "activity_code": award.mechanism.code,
        "ic_code": award.project.institute,
        "serial_num": award.project.serial,
        "support_year": f"{award.support_year:02d}",
        "full_support_year": f"{award.support_year:02d}{award.suffix}",
        "suffix_code": award.suffix,
    }


def _people(award: Award, style: Style) -> WireRecord:
    first = award.people[0]
    officer = award.project.officer
    return {
        "principal_investigators": [
            {
                "profile_id": person.profile_id,
                "first_name": person.first,
                "middle_name": person.middle,
                "last_name": person.last,
                "is_contact_pi": person is first,
                "full_name": _full_name(person),
                "title": person.title,
            }
            for person in award.people
        ],
        "contact_pi_name": f"{first.last}, {first.first} {first.middle}".upper(),
        "program_officers": []
        if officer is None
        else [_officer(officer, upper=style.officers_upper)],
    }


def _full_name(person: Person) -> str:
    """Join the parts; without a middle name two spaces stay, as in RePORTER."""
    return f"{person.first} {person.middle} {person.last}"


def _officer(person: Person, *, upper: bool) -> WireRecord:
    names = {
        "first_name": person.first,
        "middle_name": "",
        "last_name": person.last,
        "full_name": f"{person.first}  {person.last}",
    }
    return {key: value.upper() for key, value in names.items()} if upper else names


def _money(award: Award, rng: Random) -> WireRecord:
    amount = award.amount
    if amount is None:
        return {
            "award_amount": None,
            "agency_ic_fundings": None,
            "direct_cost_amt": None,
            "indirect_cost_amt": None,
        }
    plain = award.mechanism.group not in {"SB", "IM", "NSRDC"}
    direct = int(amount * rng.uniform(0.6, 0.95)) if plain else None
    indirect = amount - direct if direct is not None else None
    funder = INSTITUTES[award.project.institute]
    shares = (0.7, 0.3) if rng.random() < 0.05 else (1.0,)
    second = INSTITUTES["GM" if funder.code == "AG" else "AG"]
    return {
        "award_amount": amount,
        "agency_ic_fundings": [
            _funding(award, institute, (amount * share, direct, indirect))
            for institute, share in zip((funder, second), shares, strict=False)
        ],
        "direct_cost_amt": direct,
        "indirect_cost_amt": indirect,
    }


def _funding(
    award: Award, institute: Institute, costs: tuple[float, int | None, int | None]
) -> WireRecord:
    total, direct, indirect = (None if cost is None else float(int(cost)) for cost in costs)
    return {
        "fy": award.fiscal_year,
        "code": institute.code,
        "name": institute.name,
        "abbreviation": institute.abbreviation,
        "total_cost": total,
        "direct_cost_ic": direct,
        "indirect_cost_ic": indirect,
    }


def _dates_and_place(award: Award, moment: Moment, rng: Random) -> WireRecord:
    def day(value: date) -> str:
        if moment.dates == "modern":
            return f"{value.isoformat()}T00:00:00"
        return f"{value.isoformat()}T12:{value.month:02d}:00Z"  # minutes were the month until 2025

    site = award.site
    ipf = str(10_000_000 + sum(site.name.encode()) * 37 % 899_999)
    return {
        "organization": {
            "org_name": site.name,
            "city": None,
            "country": None,
            "org_city": site.city,
            "org_country": site.country,
            "org_state": site.state,
            "org_state_name": None,
            "dept_type": rng.choice(DEPARTMENTS) if site.kind.startswith("SCHOOL") else None,
            "fips_country_code": None,
            "org_duns": None if rng.random() < 0.01 else [ipf[:9].zfill(9)],
            "org_ueis": [f"X{ipf}INVT"],
            "primary_duns": ipf[:9].zfill(9),
            "primary_uei": f"X{ipf}INVT",
            "org_fips": site.fips,
            "org_ipf_code": ipf,
            "org_zipcode": site.zipcode,
            "external_org_id": int(ipf),
        },
        "organization_type": {
            "name": site.kind,
            "code": "10" if moment.style.kind_code else None,
            "is_other": False,
        },
        "geo_lat_lon": {"lon": site.longitude, "lat": site.latitude},
        "cong_dist": site.district,
        "project_start_date": day(award.project_start),
        "project_end_date": day(award.project_end),
        "budget_start": day(award.budget_start),
        "budget_end": day(award.budget_end),
        "award_notice_date": day(award.notice),
        "date_added": stamp_of(award.added) + ("Z" if moment.dates == "legacy2025" else ""),
        "is_active": award.budget_end >= moment.today,
        "is_new": moment.is_new,
    }


def _words(award: Award, texts: Texts, moment: Moment) -> WireRecord:
    turn = moment.style.terms_rotated % len(texts.terms)
    terms = texts.terms[turn:] + texts.terms[:turn]
    told = award.has_text
    seen = moment.today >= date(award.fiscal_year + 1, 6, 7)
    categories = award.project.condition.categories if seen else ()
    ordered = sorted(categories, key=lambda category: category[1])
    return {
        "project_title": texts.title,
        "abstract_text": texts.abstract if told else None,
        "phr_text": texts.narrative if told else None,
        "terms": "".join(f"<{term}>" for term in terms) if told else None,
        "pref_terms": ";".join(term.replace("'", "&apos;") for term in terms) if told else None,
        "spending_categories": [number for number, _ in ordered] or None,
        "spending_categories_desc": "; ".join(name for _, name in ordered) or None,
    }


def _rest(award: Award, moment: Moment, rng: Random) -> WireRecord:
    institute = INSTITUTES[award.project.institute]
    flex = "" if moment.style.blank_flex else None
    panel = rng.choice(("A", "B", "C", "D", "E"))
    number = rng.choice((10, 50, 70, 80))
    cfda = f"93.{institute.cfda}" if moment.style.full_cfda else institute.cfda
    return {
        "agency_ic_admin": {
            "code": "VA" if institute.abbreviation == "VA" else institute.code,
            "abbreviation": institute.abbreviation,
            "name": institute.name,
        },
        "agency_code": "VA" if institute.abbreviation == "VA" else "NIH",
        "full_study_section": {
            "srg_code": "ZRG1",
            "srg_flex": flex,
            "sra_designator_code": "INVT",
            "sra_flex_code": panel,
            "group_code": str(number),
            "name": f"Special Emphasis Panel[ZRG1 INVT-{panel} ({number})]",
        },
        "mechanism_code_dc": award.mechanism.group,
        "funding_mechanism": award.mechanism.funding,
        "covid_response": None,
        "arra_funded": "N",
        "cfda_code": cfda if institute.cfda else None,
    }
