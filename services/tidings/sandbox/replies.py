"""Puts replies together as RePORTER does: envelope, order of keys, page (pure but for chance)."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from html import escape
from random import Random
from secrets import token_bytes
from typing import Any

from tidings.sandbox.asked import FIELD_OF, Asked

WireRecord = Mapping[str, Any]
RECORDED = frozenset({"search_id", "total", "properties"})
"""What a reply takes over from the meta of a recorded answer."""


def project_reply(
    asked: Asked,
    found: Sequence[WireRecord],
    *,
    recorded: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the reply to a search for projects; ``recorded`` is the meta of a recorded answer.

    Without a sort field the order is another one each time, as with RePORTER; a recorded answer
    keeps its own.
    """
    rows = list(found)
    if recorded is None and _sort_field(asked) != "appl_id":  # no two share one: no need
        Random().shuffle(rows)  # noqa: S311 - disorder, no secret
    rows = _sorted(rows, asked)
    search_id = new_search_id()
    text_search = "advanced_text_search" in asked.criteria
    meta: dict[str, Any] = {
        "search_id": search_id,
        "total": len(rows),
        "offset": asked.offset,
        "limit": asked.limit,
        "sort_field": asked.sort_field,
        "sort_order": asked.sort_order or "ASC",
        "sorted_by_relevance": bool(asked.criteria.get("use_relevance")) and text_search,
        "properties": {"URL": f"https:/reporter.nih.gov/search/{search_id}/projects"},
    }
    if recorded is not None:
        meta |= {name: value for name, value in recorded.items() if name in RECORDED}
    page = rows[asked.offset : asked.offset + asked.limit]
    return {"meta": meta, "results": [_chosen(row, asked.fields) for row in page]}


def publication_reply(asked: Asked, found: Sequence[WireRecord]) -> dict[str, Any]:
    """Return the reply to a search for publications."""
    rows = sorted(found, key=lambda link: (link["coreproject"], link["pmid"]))
    meta: dict[str, Any] = {
        "search_id": None,
        "total": len(rows),
        "offset": asked.offset,
        "limit": asked.limit,
        "sort_field": asked.sort_field or "coreproject",
        "sort_order": asked.sort_order or "desc",
        "sorted_by_relevance": False,
        "properties": {},
    }
    if str(meta["sort_order"]).lower() == "desc":
        rows.reverse()
    page = rows[asked.offset : asked.offset + asked.limit]
    return {"meta": meta, "results": page, "facet_results": []}


def refusal(text: str) -> list[str]:
    """Return the body of an answer with status 400: one text, its quotes written as entities."""
    quoted = escape(text, quote=False).replace('"', "&quot;")
    return [quoted if text.startswith("System doesn't") else quoted.replace("'", "&#39;")]


def new_search_id() -> str:
    """Return an id as each answer has a new one: 22 letters."""
    return urlsafe_b64encode(token_bytes(16)).rstrip(b"=").decode()


def _sort_field(asked: Asked) -> str | None:
    name = (asked.sort_field or "").lower()
    return FIELD_OF.get(name) or FIELD_OF.get(name.replace("_", ""))


def _sorted(rows: list[WireRecord], asked: Asked) -> list[WireRecord]:
    field = _sort_field(asked)
    if field is None:
        return rows
    descending = (asked.sort_order or "").lower() == "desc"
    return sorted(rows, key=lambda row: _rank(row.get(field)), reverse=descending)


def _rank(value: Any) -> tuple[int, float, str]:
    """Order numbers by size and texts by letters; what is missing comes first."""
    if isinstance(value, int | float):
        return 1, float(value), ""
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _chosen(row: WireRecord, fields: tuple[str, ...] | None) -> WireRecord:
    return row if fields is None else {name: row[name] for name in fields if name in row}
