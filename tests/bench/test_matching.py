"""The short form of the benchmark: everybody finds the same, and a run that does not is void."""

import json
import sys
from argparse import Namespace
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import Engine
from tests.bench import matching
from tests.bench.leg import LegName, Order, Outcome, run
from tests.bench.matching import plan_of, tell
from tests.bench.report import disagreements, summaries_of
from tests.bench.shapes import Search
from tests.bench.tally import Tally
from tests.bench.workload import Synthetic

from tidings.errors import TidingsError

SEARCHES, AWARDS = 300, 200
LEGS: tuple[LegName, ...] = get_args(LegName)


@pytest.fixture(scope="module")
def outcomes(postgresql_engine: Engine) -> list[Outcome]:
    """Run every engine on the first searches and awards of workload W, in this process."""
    url = postgresql_engine.url.set(drivername="postgresql")
    order = Order("naive", SEARCHES, AWARDS, url=url.render_as_string(hide_password=False))
    legs = {leg: replace(order, leg=leg) for leg in LEGS}
    legs["fast"] = replace(legs["fast"], others=220, is_timing_singles=True)
    return list(map(run, legs.values()))


def test_every_engine_finds_the_same_pairs(outcomes: list[Outcome]) -> None:
    assert [one.leg for one in outcomes] == list(LEGS)
    assert {one.count for one in outcomes} == {1_130}
    assert {one.checksum for one in outcomes} == {outcomes[0].checksum}
    assert not disagreements(summaries_of([[one] for one in outcomes]))


def test_ours_is_timed_on_single_awards_and_searches_too(outcomes: list[Outcome]) -> None:
    ours = outcomes[LEGS.index("fast")]
    assert ours.later
    assert ours.one_award
    assert ours.one_search
    assert (ours.one_award.count, ours.one_search.count) == (200, 2_000)
    assert 0 < ours.one_award.p50 <= ours.one_award.p99 <= ours.one_award.most


def test_a_run_in_which_one_finds_other_pairs_is_void(
    outcomes: list[Outcome], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, *others = outcomes
    legs = [[good], [replace(others[0], checksum="0")], *([one] for one in others[1:])]
    path = tmp_path / "out.json"
    assert tell({"json": path}, summaries_of(legs), {}) == 1
    assert f"VOID: {others[0].leg} finds" in capsys.readouterr().out
    assert json.loads(path.read_bytes())["is_void"]
    assert tell({"json": path}, summaries_of([[one] for one in outcomes]), {}) == 0
    assert not json.loads(path.read_bytes())["is_void"]


def test_real_searches_find_the_same_in_recorded_awards(real_data: Path) -> None:
    order = Order("naive", 500, 60, data=real_data)
    found = [run(replace(order, leg=leg)) for leg in LEGS if not leg.startswith("pg-")]
    assert len({(one.count, one.checksum) for one in found}) == 1
    assert found[0].count > 100


def test_searches_are_distinct_and_the_first_ones_do_not_depend_on_their_number() -> None:
    workload = Synthetic()
    some: list[Search] = list(islice(workload.searches(), 3_000))
    assert len(set(some)) == 3_000
    assert list(islice(workload.searches(), 100)) == some[:100]
    few, more = workload.awards(5, 0), workload.awards(3, 4)
    assert few.awards == more.awards + more.others[:2]


def test_a_checksum_tells_other_pairs_but_not_another_order() -> None:
    one, turned, other = Tally(), Tally(), Tally()
    one.add([1, 2, 3], [4, 5, 6])
    turned.add([3], [6])
    turned.add([2, 1], [5, 4])
    other.add([1, 2, 3], [4, 6, 5])
    assert one == turned
    assert one.count == other.count
    assert one.checksum != other.checksum


def test_the_command_leaves_a_peer_out_only_aloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "matching --searches 40 --awards 10 --peers naive --slow-pairs 399 --kernel pure"
    monkeypatch.setattr(matching, "OTHERS", 0)
    monkeypatch.setattr(sys, "argv", [*line.split(), "--repeats", "1"])
    with pytest.raises(SystemExit) as end:
        matching.main()
    said = capsys.readouterr().out
    assert end.value.code == 0
    assert "left out: naive, above 399 pairs, see --slow-pairs" in said
    assert "40 searches x 10 awards" in said


def test_a_peer_that_nobody_knows_is_named() -> None:
    asked = {"workload": "synthetic", "peers": "naive,lucene", "kernel": "pure"}
    with pytest.raises(TidingsError, match="no peer is called 'lucene'; there are naive"):
        plan_of(Namespace(searches=1, awards=1, repeats=1, limit=None, **asked))
