"""The canonical form of a record: what two of its versions are compared by (pure).

What is no difference at all is gone here: null, "" and absent are one, dates count by the day,
white space and HTML entities are normalised, lists stand in one order, ``is_new`` and unknown keys
are left out. What is a difference, but means nothing to a reader, is told apart in ``classify``.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from html import unescape
from html.entities import html5
from typing import Any, cast

import orjson

from tidings.errors import QuarantinedError
from tidings.reporter.wire import Record

Canonical = dict[str, Any]
"""RePORTER's own field names, with values that JSON can hold; a field without a value is absent."""

DATE_FIELDS = frozenset(
    {
        "award_notice_date",
        "budget_end",
        "budget_start",
        "date_added",
        "project_end_date",
        "project_start_date",
    }
)
LONG_TEXTS = frozenset({"abstract_text", "phr_text"})
FIELDS = (
    DATE_FIELDS
    | LONG_TEXTS
    | {
        "activity_code",
        "agency_code",
        "agency_ic_admin",
        "agency_ic_fundings",
        "appl_id",
        "arra_funded",
        "award_amount",
        "award_type",
        "cfda_code",
        "cong_dist",
        "contact_pi_name",
        "core_project_num",
        "covid_response",
        "direct_cost_amt",
        "fiscal_year",
        "full_study_section",
        "funding_mechanism",
        "geo_lat_lon",
        "indirect_cost_amt",
        "is_active",
        "mechanism_code_dc",
        "opportunity_number",
        "organization",
        "organization_type",
        "pref_terms",
        "principal_investigators",
        "program_officers",
        "project_detail_url",
        "project_num",
        "project_num_split",
        "project_serial_num",
        "project_title",
        "spending_categories",
        "spending_categories_desc",
        "subproject_id",
        "terms",
    }
)
"""Every field that counts: all that RePORTER gives but ``is_new``, which is noise."""

LARGEST_WHOLE = 2**53
"""Above it a number is no longer the same in every JSON reader."""

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"[!-%'-~]+(?: [!-%'-~]+)*")  # ASCII, no entity, no needless space
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\ufeff\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def canonicalise(record: Record) -> Canonical:
    """Return the canonical form of a record that RePORTER sent.

    Raises QuarantinedError for a date that is none and for a number that JSON cannot carry.
    """
    return canonical_fields(record.known())


def canonical_fields(fields: Mapping[str, Any]) -> Canonical:
    """Return the canonical form of fields under RePORTER's names; others are passed over."""
    values = {name: _field(name, fields.get(name)) for name in FIELDS}
    return {name: values[name] for name in sorted(values) if values[name] not in _EMPTY}


def content_hash(canonical: Canonical) -> str:
    """Return the hash that says whether two versions are equal."""
    return blake2b(canonical_json(canonical), digest_size=16).hexdigest()


def canonical_json(canonical: Canonical) -> bytes:
    """Return the one way to write a canonical form down."""
    return orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)


def _field(name: str, value: Any) -> Any:
    if name in DATE_FIELDS:
        return _day(name, value)
    if name in LONG_TEXTS and isinstance(value, str):
        return clean_text(value, lines=True)
    return _value(name, value)


def _day(name: str, value: Any) -> str | None:
    # Only the day counts: in the time parts of old records the minutes repeat the month.
    text = str(value or "").strip()[:10]
    if not text:
        return None
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise QuarantinedError(f"{name} is no date: {str(value)[:40]!r}")


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        entries = {
            str(key): _value(name, entry) for key, entry in cast("Mapping[Any, Any]", value).items()
        }
        return {key: entries[key] for key in sorted(entries) if entries[key] not in _EMPTY}
    if isinstance(value, list | tuple):
        items = [_value(name, item) for item in cast("list[Any]", value)]
        return sorted((item for item in items if item not in _EMPTY), key=orjson.dumps)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(name, value)
    return value


def _number(name: str, value: float) -> int | float:
    if not math.isfinite(value) or abs(value) > LARGEST_WHOLE:
        raise QuarantinedError(f"{name} holds a number out of range: {value}")
    return int(value) if value == int(value) else value


def clean_text(text: str, *, lines: bool = False) -> str:
    """Return ``text`` with entities resolved and white space normalised.

    ``lines`` keeps line breaks and blank lines, which long texts use for their paragraphs.
    """
    if _PLAIN.fullmatch(text):  # nearly every text, and far quicker
        return text
    while (cleaned := _clean_once(text, lines=lines)) != text:  # "&amp;amp;" takes two rounds
        text = cleaned
    return cleaned


def _clean_once(text: str, *, lines: bool) -> str:
    text = _UNSEEN.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(_resolve, text)
    text = unicodedata.normalize("NFC", text)
    if not lines:
        return " ".join(text.split())
    joined = "\n".join(" ".join(line.split()) for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", joined).strip()


def _resolve(entity: re.Match[str]) -> str:
    name = entity.group()[1:]
    return unescape(entity.group()) if name.startswith("#") else html5.get(name, entity.group())
