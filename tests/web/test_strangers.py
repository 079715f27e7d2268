"""Nobody learns from a form whom we know: not by its words, its headers, or the time it takes."""

import asyncio
import os
from collections.abc import Sequence
from math import erfc, sqrt
from time import perf_counter

import httpx
import pytest
from conftest import NOW
from fastapi import FastAPI
from site_of_tests import HOME, KEY, Filled
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.enroll import enroll
from tidings.web.app import create_app

TIMINGS = int(os.environ.get("TIDINGS_TEST_TIMINGS", "50"))
"""Of each kind; a look by hand takes 500."""

LEAST_P = 0.01
TRIES = 3
"""Times that are equal look unequal in one trial of a hundred; three of them in a million."""

FORMS = {"/sign-in": {}, f"/studies/{KEY}/follow": {}, "/alerts": {"q": "cells"}}


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database, which one visitor at a time asks."""
    return sqlite_engine


@pytest.fixture
def app(engine: Engine, settings: Settings) -> FastAPI:
    """Give a site without limits: so many forms come from one network."""
    return create_app(settings.model_copy(update={"limits": 0}), engine)


def addresses(engine: Engine, settings: Settings, trial: int) -> tuple[list[str], list[str]]:
    """Return addresses of readers, and as many of strangers."""
    known = [f"reader{trial}-{number}@clinic.org" for number in range(TIMINGS)]
    with open_session(engine) as session:
        for address in known:
            enroll(session, address, time_zone="UTC", settings=settings, now=NOW)
    return known, [address.replace("reader", "nobody") for address in known]


async def answered(
    app: FastAPI, path: str, form: dict[str, str], pairs: Sequence[tuple[str, str]]
) -> tuple[list[float], list[float]]:
    """Return the times of the answers to readers and to strangers, asked in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
        for number, pair in enumerate(pairs):
            answers: dict[int, httpx.Response] = {}
            for kind in (0, 1) if number % 2 else (1, 0):
                began = perf_counter()
                answers[kind] = await client.post(path, data={**form, "address": pair[kind]})
                times[kind].append(perf_counter() - began)
            assert answers[0].status_code == answers[1].status_code == 200
            assert answers[0].content == answers[1].content
            assert answers[0].headers == answers[1].headers
    return times


def p_of_equal(some: Sequence[float], others: Sequence[float]) -> float:
    """Return how likely such times are if both are alike: Mann and Whitney's test, two-sided."""
    ranked = sorted([(one, True) for one in some] + [(one, False) for one in others])
    ranks = sum(rank for rank, (_, is_some) in enumerate(ranked, start=1) if is_some)
    n, m = len(some), len(others)
    beyond = ranks - n * (n + 1) / 2 - n * m / 2
    return erfc(abs(beyond) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))


def test_the_measure_tells_a_difference_and_its_absence() -> None:
    some = [float(number) for number in range(100)]
    assert p_of_equal(some, [one + 0.5 for one in some]) > 0.5
    assert p_of_equal(some, [one + 40 for one in some]) < LEAST_P


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", sorted(FORMS))
def test_a_form_answers_strangers_as_it_answers_readers(
    path: str, app: FastAPI, engine: Engine, settings: Settings, filled: Filled
) -> None:
    assert filled.subscriber_id
    seen: list[float] = []
    for trial in range(TRIES):
        known, unknown = addresses(engine, settings, trial)
        pairs = list(zip(known, unknown, strict=True))
        seen.append(p_of_equal(*asyncio.run(answered(app, path, FORMS[path], pairs))))
        if seen[-1] > LEAST_P:
            break
    assert max(seen) > LEAST_P, seen
