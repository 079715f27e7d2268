"""Fuzz the API: ``python -m tests.fuzz.api --cases 3000``.

Asks the site in this process, over a filled store and with a token that may do everything, what its
own description allows and what it forbids (schemathesis). Each answer is checked: no server error,
a status, headers and a body as described, nothing taken that is forbidden, nothing given without
the token. It prints what it tried and found, and ends with 1 when it found something.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import schemathesis
import structlog
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from sqlalchemy import Engine
from tests.sources import ListedSource, record

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.enroll import enroll
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.follow import follow
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Purpose
from tidings.projects.queries import project_by_key
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import Part
from tidings.subscribers.models import Cadence
from tidings.subscribers.scopes import ApiScope
from tidings.tables import metadata
from tidings.web.app import create_app

PATH = "/api/openapi.json"
STUDIES = 20
KNOWN: dict[str, list[Any]] = {"key": ["CA000001", "CA000002"], "search": [1]}
"""Path parameters that lead somewhere: every second case uses them."""

HEALTH: Any = hypothesis.HealthCheck
"""How long a case takes says nothing here."""

REFUSED = [
    *("2xx", "401", "403", "404", "409"),
    "422",  # a search that the language does not know, a cursor that is none: no schema says so
]


@dataclass
class Findings:
    """What was tried, how it was answered, and what was wrong, by operation."""

    tried: int = 0
    answers: Counter[int] = field(default_factory=Counter[int])
    by_operation: Counter[str] = field(default_factory=Counter[str])
    wrong: dict[str, str] = field(default_factory=dict[str, str])


def main() -> None:
    """Fuzz, and report."""
    command = argparse.ArgumentParser(prog="python -m tests.fuzz.api", description=__doc__)
    command.add_argument("--cases", type=int, default=3000, help="how many to try, about")
    command.add_argument("--seed", type=int, default=1, help="the same seed tries the same")
    asked = command.parse_args()
    structlog.configure(processors=[_drop])
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        findings = fuzz(Path(folder), cases=asked.cases, seed=asked.seed)
    seconds, answers = time.monotonic() - began, dict(sorted(findings.answers.items()))
    lines = [
        f"{findings.tried:,} cases on {len(findings.by_operation)} operations in {seconds:.0f} s.",
        f"Answers: {answers}",
        *(f"\n{where}\n{what}\n" for where, what in findings.wrong.items()),
        f"{len(findings.wrong)} failures.",
    ]
    print("\n".join(lines))  # noqa: T201 - a command
    sys.exit(1 if findings.wrong else 0)


def fuzz(folder: Path, *, cases: int, seed: int = 1) -> Findings:
    """Try about so many cases, as many of each operation, on a store of their own."""
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    metadata.create_all(engine)
    settings = Settings(data_dir=folder / "data", mail_from="news@tidings.example", limits=0)
    secret = _fill(engine, settings)
    schema: Any = schemathesis.openapi.from_asgi(PATH, create_app(settings, engine))
    schema.config.checks.positive_data_acceptance.expected_statuses = REFUSED
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]
    findings, headers = Findings(), {"Authorization": f"Bearer {secret}"}
    each = -(-cases // (len(operations) * len(GenerationMode) * 2))
    for operation in operations:
        known = {
            name: values[0] for name, values in KNOWN.items() if f"{{{name}}}" in operation.path
        }
        for mode in GenerationMode:
            for parameters in (known, None):
                strategy = operation.as_strategy(mode, path_parameters=parameters or None)
                _try(strategy, each, seed, headers, findings)
    engine.dispose()
    return findings


def _try(strategy: Any, count: int, seed: int, headers: dict[str, str], findings: Findings) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=[*HEALTH],
    )
    @hypothesis.given(case=strategy)
    def one(case: Any) -> None:
        response = case.call(headers=headers)
        findings.tried += 1
        findings.answers[response.status_code] += 1
        findings.by_operation[case.operation.label] += 1
        try:
            case.validate_response(response, headers=headers)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                name = f"{case.operation.label}: {type(failure).__name__}"
                findings.wrong.setdefault(name, f"{failure}\n{case.as_curl_command()}")

    one()


def _fill(engine: Engine, settings: Settings) -> str:
    """Sweep twice, let a reader follow and search, and return the secret of their token."""
    now = machine_now()
    source = ListedSource([record(number) for number in range(1, STUDIES + 1)])
    _sweep(engine, source, settings, weeks_ago=1)
    with open_session(engine) as session:
        reader = enroll(session, "r@clinic.org", time_zone="UTC", settings=settings, now=now)
        project = project_by_key(session, KNOWN["key"][0])
        assert project is not None
        weekly = Cadence.WEEKLY
        whose: dict[str, Any] = {"subscriber_id": reader, "now": now}
        follow(session, project_id=stored_id(project.id), cadence=weekly, **whose)
        save_search(session, name="Ends", text="change:end_cut", cadence=weekly, **whose)
        secret, _ = make_api_token(session, TokenWish("fuzzer", tuple(ApiScope)), **whose)
    source.records[0]["project_end_date"] = (now - timedelta(days=2)).date().isoformat()
    _sweep(engine, source, settings, weeks_ago=0)
    with open_session(engine) as session:
        match_changes(session, now=now)
    return secret


def _sweep(engine: Engine, source: ListedSource, settings: Settings, *, weeks_ago: int) -> None:
    now = machine_now() - timedelta(weeks=weeks_ago)
    scope = (Part("all", Criteria()),)
    with open_session(engine) as session:
        sweep = start_sweep(
            session, purpose=Purpose.WEEKLY, settings=settings, now=now, scope=scope
        )
    assert sweep is not None
    while not advance_sweep(engine, source, sweep, now=now, seconds=60):
        pass
    finish_sweep(engine, source, sweep, now=now)


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent


if __name__ == "__main__":
    main()
