"""Which records meet RePORTER's criteria (pure)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from tidings.sandbox.words import field_of, make_test, places_of

WireRecord = Mapping[str, Any]
Test = Callable[[WireRecord], bool]
NONSENSE: Mapping[str, Any] = {}


def select(records: Sequence[WireRecord], criteria: Mapping[str, Any]) -> list[WireRecord]:
    """Return the records that meet all criteria, which ``asked.read_request`` has read.

    Active records are added to those of the fiscal years if asked for: a union.
    """
    tests = [
        test
        for name, value in criteria.items()
        if name in TESTS and (test := TESTS[name](value)) is not None
    ]
    years = set(criteria.get("fiscal_years", ()))
    if years:
        active = criteria.get("include_active_projects", False)
        tests.insert(0, lambda r: r["fiscal_year"] in years or (active and bool(r["is_active"])))
    return [record for record in records if all(test(record) for test in tests)]


def select_links(links: Sequence[WireRecord], criteria: Mapping[str, Any]) -> list[WireRecord]:
    """Return the publication links that meet all criteria."""
    tests: list[Test] = []
    if pmids := set(criteria.get("pmids", ())):
        tests.append(lambda link: link["pmid"] in pmids)
    if appl_ids := set(criteria.get("appl_ids", ())):
        tests.append(lambda link: link["applid"] in appl_ids)
    if numbers := criteria.get("core_project_nums"):
        number = _any_of(numbers)
        tests.append(lambda link: number(link["coreproject"]))
    return [link for link in links if all(test(link) for test in tests)]


def _any_of(patterns: Iterable[str]) -> Callable[[Any], bool]:
    """Return a test for any of some texts, without regard to case; ``*`` is any letters."""
    folded = [pattern.strip().casefold() for pattern in patterns]
    exact = {pattern for pattern in folded if "*" not in pattern}
    parts = (".*".join(map(re.escape, p.split("*"))) for p in folded if "*" in p)
    wild = re.compile("|".join(f"(?:{part})" for part in parts) or r"(?!)")

    def test(value: Any) -> bool:
        text = str(value or "").casefold()
        return text in exact or wild.fullmatch(text) is not None

    return test


def _among(field: str, values: Sequence[Any]) -> Test:
    wanted = set(values)
    return lambda record: record[field] in wanted


def _named(path: tuple[str, ...], values: Sequence[str]) -> Test:
    test = _any_of(values)
    return lambda record: test(_at(record, path))


def _containing(path: tuple[str, ...], values: Sequence[str]) -> Test:
    return _named(path, [f"*{value}*" for value in values])


def _at(record: WireRecord, path: tuple[str, ...]) -> Any:
    value: Any = record
    for step in path:
        value = (value or NONSENSE).get(step)
    return value


def _project_nums(values: Sequence[str]) -> Test:
    test = _any_of(values)
    return lambda record: test(record["project_num"]) or test(record["core_project_num"])


def _agencies(values: Sequence[str]) -> Test:
    wanted = {value.strip().upper() for value in values}

    def test(record: WireRecord) -> bool:
        funders = {funding["abbreviation"] for funding in record["agency_ic_fundings"] or ()}
        admin = _at(record, ("agency_ic_admin", "abbreviation"))
        return not wanted.isdisjoint({admin, record["agency_code"], *funders})

    return test


def _days(field: str, span: Mapping[str, Any]) -> Test:
    first: date = span.get("from_date") or date.min
    last: date = span.get("to_date") or date.max

    def test(record: WireRecord) -> bool:
        day = str(record[field] or "")[:10]
        return bool(day) and first.isoformat() <= day <= last.isoformat()

    return test


def _amounts(span: Mapping[str, Any]) -> Test:
    low, high = span.get("min_amount"), span.get("max_amount")

    def test(record: WireRecord) -> bool:
        amount = record["award_amount"]
        if amount is None:
            return False
        return (low is None or amount >= low) and (high is None or amount <= high)

    return test


def _names(field: str, wanted: Sequence[Mapping[str, Any]]) -> Test | None:
    """Return a test for any of some people, each by parts of the name; blank ones say nothing."""
    asked = [
        {part: _any_of([f"*{value}*"]) for part, value in person.items() if value}
        for person in wanted
    ]
    people = [person for person in asked if person]
    if not people:
        return None

    def has(person: Mapping[str, Any], tests: Mapping[str, Callable[[Any], bool]]) -> bool:
        full = " ".join(str(person["full_name"] or "").split())
        return all(
            test(full if part == "any_name" else person.get(part)) for part, test in tests.items()
        )

    return lambda record: any(has(p, tests) for p in record[field] or () for tests in people)


def _profiles(values: Sequence[int]) -> Test:
    wanted = set(values)
    return lambda record: any(
        person["profile_id"] in wanted for person in record["principal_investigators"] or ()
    )


def _categories(asked: Mapping[str, Any]) -> Test | None:
    wanted: set[int] = set(asked["values"])
    if not wanted:
        return None
    if asked.get("match_all"):
        return lambda record: wanted.issubset(record["spending_categories"] or ())
    return lambda record: not wanted.isdisjoint(record["spending_categories"] or ())


def _split(asked: Mapping[str, Any]) -> Test:
    wanted = {name: str(value).upper() for name, value in asked.items() if value}
    return lambda record: all(
        str(_at(record, ("project_num_split", name)) or "").upper() == value
        for name, value in wanted.items()
    )


def _text(asked: Mapping[str, Any]) -> Test | None:
    test = make_test(asked["search_text"], asked["operator"])
    if test is None:
        return None
    places = places_of(asked["search_field"])
    return lambda record: test([field_of(str(record[place] or "")) for place in places])


def _when(test: Test) -> Callable[[Any], Test | None]:
    """Return a criterion that is a switch."""
    return lambda value: test if value else None


TESTS: Mapping[str, Callable[[Any], Test | None]] = {
    "appl_ids": partial(_among, "appl_id"),
    "project_nums": _project_nums,
    "project_num_split": _split,
    "agencies": _agencies,
    "activity_codes": partial(_named, ("activity_code",)),
    "award_types": partial(_named, ("award_type",)),
    "org_names": partial(_containing, ("organization", "org_name")),
    "org_names_exact_match": partial(_named, ("organization", "org_name")),
    "org_cities": partial(_containing, ("organization", "org_city")),
    "org_states": partial(_named, ("organization", "org_state")),
    "org_countries": partial(_named, ("organization", "org_country")),
    "dept_types": partial(_named, ("organization", "dept_type")),
    "organization_type": partial(_named, ("organization_type", "name")),
    "cong_dists": partial(_named, ("cong_dist",)),
    "foa": partial(_named, ("opportunity_number",)),
    "opportunity_number": partial(_named, ("opportunity_number",)),
    "opportunity_numbers": partial(_named, ("opportunity_number",)),
    "funding_mechanism": partial(_named, ("mechanism_code_dc",)),
    "pi_names": partial(_names, "principal_investigators"),
    "po_names": partial(_names, "program_officers"),
    "pi_profile_ids": _profiles,
    "multi_pi_only": _when(lambda record: len(record["principal_investigators"] or ()) > 1),
    "exclude_subprojects": _when(lambda record: record["subproject_id"] is None),
    "sub_project_only": _when(lambda record: record["subproject_id"] is not None),
    "newly_added_projects_only": _when(lambda record: bool(record["is_new"])),
    "project_start_date": partial(_days, "project_start_date"),
    "project_end_date": partial(_days, "project_end_date"),
    "award_notice_date": partial(_days, "award_notice_date"),
    "date_added": partial(_days, "date_added"),
    "award_amount_range": _amounts,
    "spending_categories": _categories,
    "advanced_text_search": _text,
}
"""A test for each criterion that narrows; those that are accepted and do nothing are not here."""
