"""Reads a request as RePORTER does: lenient with names and types, until it is not (pure).

Names are compared without regard to case, unknown ones are ignored, ``"true"`` and ``"2019"`` are
taken for what they mean. A value that cannot be meant is answered with status 400, in an array of
one text with HTML entities: that text is verbatim for a single value in the place of an array; for
other flaws its wording is a guess.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import Any, cast

from pydantic import BaseModel

from tidings.reporter.criteria import INCLUDE_FIELDS
from tidings.reporter.paging import LAST_OFFSET
from tidings.reporter.wire import Record
from tidings.sandbox.kinds import (
    AMOUNTS,
    BOOLEAN,
    CATEGORIES,
    DAYS,
    NUMBERS,
    OBJECT,
    OBJECTS,
    READERS,
    STRINGS,
    TEXT_SEARCH,
    WrongValue,
)

LARGEST_LIMIT = 500
DEFAULT_LIMIT = 50
LAST_PUBLICATION_OFFSET = 9_999

PROJECT_CRITERIA = {
    **dict.fromkeys(("fiscal_years", "pi_profile_ids", "appl_ids"), NUMBERS),
    **dict.fromkeys(
        (
            "use_relevance", "include_active_projects", "multi_pi_only", "is_agency_admin",
            "is_agency_funding", "exclude_subprojects", "sub_project_only",
            "newly_added_projects_only", "outcomes_only",
        ),
        BOOLEAN,
    ),
    **dict.fromkeys(
        (
            "org_names", "org_names_exact_match", "org_cities", "org_states", "org_countries",
            "project_nums", "agencies", "activity_codes", "award_types", "dept_types",
            "organization_type", "cong_dists", "foa", "opportunity_number", "opportunity_numbers",
            "funding_mechanism", "covid_response", "cooperative_agreement_codes", "arra_type",
        ),
        STRINGS,
    ),
    **dict.fromkeys(
        ("project_start_date", "project_end_date", "award_notice_date", "date_added"), DAYS
    ),
    "award_amount_range": AMOUNTS,
    "advanced_text_search": TEXT_SEARCH,
    "spending_categories": CATEGORIES,
    "project_num_split": OBJECT,
    **dict.fromkeys(("pi_names", "po_names", "full_study_sections"), OBJECTS),
}  # fmt: skip
"""What may stand in ``criteria`` of a search for projects; all else is ignored."""

PUBLICATION_CRITERIA = {"pmids": NUMBERS, "appl_ids": NUMBERS, "core_project_nums": STRINGS}
FIELD_OF = dict(zip((name.lower() for name in INCLUDE_FIELDS), Record.model_fields, strict=True))


class Refused(Exception):  # noqa: N818 - what happened to the request, not an error of ours
    """The request is answered with status 400 and this text."""


@dataclass(frozen=True)
class Asked:
    """A request, understood. ``fields`` is None for all of them."""

    criteria: Mapping[str, Any]
    fields: tuple[str, ...] | None
    offset: int
    limit: int
    sort_field: str | None
    sort_order: str | None


class _Envelope(BaseModel):
    """What stands around the criteria; numbers may come as text."""

    criteria: dict[str, Any] | None = None
    include_fields: list[str] | None = None
    exclude_fields: list[str] | None = None
    offset: int | None = None
    limit: int | None = None
    sort_field: str | None = None
    sort_order: str | None = None


def read_request(
    content: bytes, kinds: Mapping[str, str], *, last_offset: int = LAST_OFFSET
) -> Asked:
    """Understand a request. Raises Refused."""
    text = content.decode("utf-8", "replace")
    try:
        body = JSONDecoder().decode(text or "{}")
        envelope = _Envelope.model_validate(_lower(body))
    except JSONDecodeError as error:
        raise Refused(
            f"{error.msg}. Path '', line {error.lineno}, position {error.colno}."
        ) from error
    except ValueError as error:
        raise Refused("The request could not be understood.") from error
    limit = DEFAULT_LIMIT if envelope.limit is None else max(envelope.limit, 0)
    offset = max(envelope.offset or 0, 0)
    if limit > LARGEST_LIMIT:
        raise Refused(_too_large("limit", LARGEST_LIMIT, "reduce your limit value"))
    if offset > last_offset:
        raise Refused(_too_large("offset", last_offset, "narrow down your search criteria"))
    return Asked(
        criteria=_criteria(envelope.criteria or {}, kinds, text),
        fields=_fields(envelope.include_fields, envelope.exclude_fields),
        offset=offset,
        limit=limit,
        sort_field=envelope.sort_field,
        sort_order=envelope.sort_order,
    )


def _too_large(name: str, largest: int, advice: str) -> str:
    return f"System doesn't support {name} value greater than {largest:,}. Please {advice}."


def _lower(value: Any) -> Any:
    """Lower every name, at every depth."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {name.lower(): _lower(inner) for name, inner in entries.items()}
    if isinstance(value, list):
        return [_lower(inner) for inner in cast("list[Any]", value)]
    return value


def _fields(include: list[str] | None, exclude: list[str] | None) -> tuple[str, ...] | None:
    """Return the fields to give, in RePORTER's order; names that it does not know do nothing."""
    chosen = {FIELD_OF[name.lower()] for name in include or () if name.lower() in FIELD_OF}
    left_out = {FIELD_OF[name.lower()] for name in exclude or () if name.lower() in FIELD_OF}
    if not chosen and not left_out:
        return None
    fields = chosen or set(Record.model_fields)
    return tuple(name for name in Record.model_fields if name in fields - left_out)


def _criteria(given: Mapping[str, Any], kinds: Mapping[str, str], text: str) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name not in kinds or value is None:
            continue
        try:
            read[name] = READERS[kinds[name]](value)
        except WrongValue as error:
            raise Refused(_said(error, (name, *error.path), text)) from error
    return {name: value for name, value in read.items() if value not in ([], {}, "")}


def _said(error: WrongValue, path: tuple[str, ...], text: str) -> str:
    line, position = _place(path, text)
    where = ".".join(("criteria", *path))
    return f"{error} Path '{where}', line {line}, position {position}."


def _place(path: tuple[str, ...], text: str) -> tuple[int, int]:
    """Return the line and column at which the value of a criterion, or of a part of it, ends."""
    at = 0
    for name in path:
        key = re.compile(rf'"{re.escape(name)}"\s*:\s*', re.IGNORECASE).search(text, at)
        if key is None:
            return 1, 0
        at = key.end()
    _, end = JSONDecoder().raw_decode(text, at)
    before = text[:end]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
