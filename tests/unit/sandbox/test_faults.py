"""The sandbox goes wrong in the way it is told to, and in no other."""

from collections import deque
from random import Random
from typing import Any

import orjson
import pytest

from tidings.sandbox.bending import bend
from tidings.sandbox.churn import Churn
from tidings.sandbox.faults import Double, Drift, Fault, Faults, Mode
from tidings.sandbox.visits import MOST, Visit, described

RECORDS: list[dict[str, Any]] = [
    {
        "appl_id": number,
        "project_title": f"title {number}",
        "award_amount": number,
        "project_end_date": "2027-01-31",
    }
    for number in range(3, 303, 3)
]


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - an invented world


def bent(fault: Fault, *, seed: int = 1) -> dict[str, Any]:
    reply = {"meta": {"total": 100}, "results": RECORDS[20:40]}
    return bend(reply, RECORDS[19], fault, chance(seed))


def ids(reply: dict[str, Any]) -> list[int]:
    return [row["appl_id"] for row in reply["results"]]


def test_the_same_seed_moves_the_same_records_and_another_one_others() -> None:
    def moves(seed: int) -> dict[str, Any]:
        churn = Churn(Fault(mode=Mode.CHURN, seed=seed))
        for _ in range(50):
            churn.moved(RECORDS)
        return churn.describe()

    assert moves(1) == moves(1) != moves(2)
    assert len(moves(1)["added"]) > 10
    assert len(moves(1)["gone"]) > 5


def test_whoever_comes_is_new_and_stands_in_order_and_whoever_goes_stays_away() -> None:
    churn = Churn(Fault(mode=Mode.CHURN))
    seen: list[set[int]] = []
    for _ in range(100):
        numbers = [record["appl_id"] for record in churn.moved(RECORDS)]
        assert numbers == sorted(set(numbers))
        seen.append(set(numbers))
    told = churn.describe()
    assert seen[-1] == ({one["appl_id"] for one in RECORDS} | {*told["added"]}) - {*told["gone"]}
    came, left = seen[1] - seen[0], seen[0] - seen[1]
    assert len(came) <= 1
    assert len(left) <= 1


@pytest.mark.parametrize("double", list(Double))
def test_a_record_that_comes_twice_stands_in_the_place_of_another(double: Double) -> None:
    rows = bent(Fault(mode=Mode.DOUBLED, double=double))["results"]
    numbers = [row["appl_id"] for row in rows]
    assert len(rows) == 20
    if double is Double.NEXT_PAGE:
        assert numbers == [RECORDS[19]["appl_id"], *(row["appl_id"] for row in RECORDS[21:40])]
        return
    (again,) = {number for number in numbers if numbers.count(number) == 2}
    first, second = (row for row in rows if row["appl_id"] == again)
    assert (first == second) == (double is Double.SAME_PAGE)


def test_a_total_shifts_from_request_to_request_and_the_records_do_not() -> None:
    rng, fault = chance(1), Fault(mode=Mode.SHIFTING_TOTAL)
    replies = [
        bend({"meta": {"total": 100}, "results": RECORDS}, None, fault, rng) for _ in range(9)
    ]
    assert len({reply["meta"]["total"] for reply in replies}) > 2
    assert {len(reply["results"]) for reply in replies} == {100}


@pytest.mark.parametrize("drift", list(Drift))
def test_drift_befalls_the_same_records_each_time_and_leaves_the_others_as_they_are(
    drift: Drift,
) -> None:
    fault = Fault(mode=Mode.DRIFT, drift=drift, every=2)
    once, again = (orjson.dumps(bent(fault, seed=seed)["results"]) for seed in (1, 2))
    assert once == again
    for record in RECORDS[20:40]:
        is_whole = orjson.dumps(record) in once
        assert is_whole == (record["appl_id"] % 2 == 1)


def test_what_asks_for_few_fields_meets_no_drift() -> None:
    reply = {"meta": {"total": 1}, "results": [{"appl_id": 6}]}
    assert ids(bend(reply, None, Fault(mode=Mode.DRIFT), chance(1))) == [6]


def test_only_what_a_vanishing_names_is_away() -> None:
    left = Fault(mode=Mode.VANISHED, every=60).left_of(RECORDS)
    assert {one["appl_id"] for one in RECORDS} - {one["appl_id"] for one in left} == {
        60, 120, 180, 240, 300,
    }  # fmt: skip
    assert Fault(mode=Mode.DRIFT, every=60).left_of(RECORDS) == RECORDS


def test_a_fault_that_is_to_befall_two_requests_befalls_two() -> None:
    faults = Faults()
    faults.set(Fault(mode=Mode.STATUS, times=2))
    assert [faults.take() is not None for _ in range(4)] == [True, True, False, False]


def test_only_so_many_visits_are_remembered() -> None:
    visits = deque((Visit(float(number), "/v2") for number in range(MOST + 5)), maxlen=MOST)
    told = described(visits)
    assert (len(told), told[0]) == (MOST, {"at": 5.0, "path": "/v2", "status": None})
