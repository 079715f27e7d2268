"""Faults that bend a true answer: totals, pages and records (pure but for the chance given)."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import orjson

from tidings.sandbox.faults import Double, Drift, Fault, Mode

KEPT = 0.4
"""How much of an answer is left by the faults that take some of it."""

SHORTENED = 0.01
"""How many pages are cut while the source churns, by a third."""

FAR_OFF = 7
"""By how much a total is wrong."""

HUGE = b"1" + b"0" * 400
"""More than any number that a column, or a float, can hold."""

Reply = dict[str, Any]
Record = Mapping[str, Any]


def kept(number: int) -> int:
    """Return how many of so many rows or bytes a fault leaves."""
    return int(number * KEPT)


def bend(reply: Reply, before: Record | None, fault: Fault, rng: Random) -> Reply:
    """Return what a fault makes of a reply.

    ``before`` is the last record of the page before, ``rng`` goes on from request to request.
    """
    rows: list[Any] = list(reply["results"])
    total: int = reply["meta"]["total"]
    match fault.mode:
        case Mode.SHORT_PAGE:
            rows = rows[: kept(len(rows))]
        case Mode.CHURN if rng.random() < SHORTENED:
            rows = rows[: len(rows) * 2 // 3]
        case Mode.WRONG_TOTAL:
            total += FAR_OFF
        case Mode.SHIFTING_TOTAL:
            total = max(0, total + rng.randint(-2, 2))
        case Mode.DOUBLED:
            rows = _doubled(rows, before, fault.double, rng)
        case Mode.DRIFT:
            rows = [drifted(row, fault.drift) if _is_hit(row, fault) else row for row in rows]
        case _:
            pass
    return reply | {"meta": reply["meta"] | {"total": total}, "results": rows}


def drifted(record: Record, drift: Drift) -> Any:
    """Return a record as RePORTER does not write it, fit for orjson."""
    match drift:
        case Drift.MISSING:
            return {name: record[name] for name in record if name != "project_end_date"}
        case Drift.RETYPED:
            return {**record, "award_amount": {"usd": record["award_amount"]}}
        case Drift.RENAMED:
            named = {"project_title": "title"}
            return {named.get(name, name): value for name, value in record.items()}
        case Drift.NULL:
            return {**record, "appl_id": None}
        case Drift.HUGE:
            return _with_amount(record, HUGE)
        case Drift.NAN:
            return _with_amount(record, b"NaN")
        case Drift.DOUBLED_NAME:
            return _with_amount(record, b'5,"award_amount":6')


def _is_hit(row: Record, fault: Fault) -> bool:
    """Say whether a row drifts: whole records do, and not those of which few fields are asked."""
    return row.keys() >= {"appl_id", "award_amount", "project_title"} and fault.befalls(row)


def _with_amount(record: Record, raw: bytes) -> orjson.Fragment:
    """Write a record whose amount is something that no JSON library would write."""
    rest = {name: value for name, value in record.items() if name != "award_amount"}
    return orjson.Fragment(orjson.dumps(rest)[:-1] + b',"award_amount":' + raw + b"}")


def _doubled(rows: Sequence[Any], before: Record | None, double: Double, rng: Random) -> list[Any]:
    """Return as many rows as before; one that came already stands in the place of another."""
    if double is Double.NEXT_PAGE:
        return [before, *rows[1:]] if before is not None and rows else list(rows)
    if len(rows) < 2:
        return list(rows)
    place = rng.randrange(1, len(rows))
    again = dict(rows[place - 1])
    if double is Double.OTHER_BODY:
        again["project_title"] = f"{again.get('project_title')}, once more"
    return [*rows[:place], again, *rows[place + 1 :]]
