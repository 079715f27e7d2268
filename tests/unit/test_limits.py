"""Shares of networks, and which network a request is from."""

import time
from collections.abc import Sequence

import pytest
from starlette.requests import Request

from tidings.web import limits
from tidings.web.limits import COUNTS, HOUR, Limiter, Rule, network_of

FEW = Rule("few", each=2, everybody=3, seconds=HOUR)


def test_a_network_has_its_share_and_all_together_have_theirs() -> None:
    limiter = Limiter()
    asked = [limiter.take(FEW, one) for one in ("a", "a", "a", "a", "b", "c")]
    assert [bool(wait) for wait in asked] == [False, False, True, True, False, True]
    assert all(0 <= wait <= HOUR for wait in asked)
    other = Rule("other", each=2, everybody=3, seconds=HOUR)
    assert limiter.take(other, "a") == 0


def test_a_share_comes_back_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, now = Limiter(), time.time()
    assert [bool(limiter.take(FEW, "a")) for _ in range(3)] == [False, False, True]
    monkeypatch.setattr(time, "time", lambda: now + HOUR + 1)
    monkeypatch.setattr(limits, "time", lambda: now + HOUR + 1)
    assert limiter.take(FEW, "a") == 0


def test_a_factor_makes_rules_wider_and_nothing_ends_them() -> None:
    wider, none = Limiter(2), Limiter(0)
    assert [bool(wider.take(FEW, "a")) for _ in range(5)] == [False] * 4 + [True]
    assert not any(none.take(FEW, "a") for _ in range(50))


def asked_from(peer: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    client = None if peer is None else (peer, 1234)
    return Request({"type": "http", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "network"),
    [
        ("203.0.113.9", (), 0, "203.0.113.0/24"),
        ("203.0.113.200", ("198.51.100.1",), 0, "203.0.113.0/24"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.7",), 1, "198.51.100.0/24"),
        ("10.0.0.1", ("6.6.6.6", "198.51.100.7"), 1, "198.51.100.0/24"),
        ("10.0.0.1", ("198.51.100.7, 10.0.0.2",), 2, "198.51.100.0/24"),
        ("10.0.0.1", ("198.51.100.7",), 2, "10.0.0.0/24"),
        ("10.0.0.1", ("<script>",), 1, "10.0.0.0/24"),
        ("10.0.0.1", ("",), 1, "10.0.0.0/24"),
        ("2001:db8:1:2:3:4:5:6", (), 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", (), 0, "203.0.113.0/24"),
        ("testclient", (), 0, "testclient"),
        (None, (), 0, limits.NOWHERE),
    ],
)
def test_only_proxies_of_ours_are_believed(
    peer: str | None, forwarded: Sequence[str], proxies: int, network: str
) -> None:
    assert network_of(asked_from(peer, *forwarded), trusted_proxies=proxies) == network


def test_what_is_counted_is_forgotten_when_its_time_is_over() -> None:
    limiter = Limiter(1000)
    brief = Rule("brief", each=1, everybody=1000, seconds=1)
    for number in range(200):
        limiter.take(brief, f"10.0.{number}.0/24")
    time.sleep(1.1)
    limiter.take(COUNTS, "x")
    time.sleep(0.1)
    assert len(vars(limiter)["_window"].storage.expirations) < 10
