"""Ask RePORTER for some stored awards by number, and compare each field by field."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.audits import queries
from tidings.audits.comparing import NOT_THERE, UNREADABLE, canary_outcome, differing
from tidings.audits.models import Audit, AuditKind
from tidings.audits.outcome import Finding
from tidings.db.session import commit, open_reader, open_session
from tidings.errors import RetryableError
from tidings.projects.canonicalise import Canonical
from tidings.projects.models import Award
from tidings.projects.queries import canonical_of
from tidings.projects.reading import PageReading, Reading, read_rows
from tidings.projects.source import Source
from tidings.projects.sweep_queries import covered_ids
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PAGE, Verdict, page_verdict
from tidings.reporter.scope import APPL_ID_BATCH
from tidings.searches.queries import awards_by_ids

log = structlog.get_logger()

AWARDS = 100
"""Awards that one canary asks for: one request, and one chance in a hundred to miss a flaw that
touches 5 % of the store."""

OnStep = Callable[[int, int], None]


def run_canary(
    engine: Engine,
    client: Source,
    *,
    now: datetime,
    count: int = AWARDS,
    chance: random.Random | None = None,
    on_step: OnStep = lambda _done, _of: None,
) -> Audit:
    """Compare ``count`` awards, chosen at random, with RePORTER's own; return the audit.

    They are chosen among those that the last whole sweep was to read: nobody promised more of the
    rest. Changes no row but the audit's, so a second call costs a request and does no harm.
    ``on_step`` gets (done, of) after each request. Raises RetryableError when RePORTER does not
    answer; then there is no audit.
    """
    chosen = _choose(engine, count, chance or random.SystemRandom())
    findings: list[Finding] = []
    for start in range(0, len(chosen), APPL_ID_BATCH):
        batch = chosen[start : start + APPL_ID_BATCH]
        said = _ask(client, batch)
        with open_reader(engine) as session:  # read after the answer: it may have been swept since
            findings += _compare(session, batch, said)
        on_step(start + len(batch), len(chosen))
    outcome = canary_outcome(findings, examined=len(chosen))
    with open_session(engine) as session:
        audit = queries.add_audit(
            session, AuditKind.CANARY, outcome, started_at=now, finished_at=now
        )
        commit(session, "canary.audited")
    say = log.info if outcome.is_well else log.error
    say("canary.audited", examined=outcome.examined, agreed=outcome.agreed)
    return audit


def _choose(engine: Engine, count: int, chance: random.Random) -> list[int]:
    with open_reader(engine) as session:
        standing = set(queries.standing_ids(session))
        whole = queries.last_whole_sweep(session)
        scope = [Criteria.model_validate(part["criteria"]) for part in whole.scope] if whole else []
        promised = covered_ids(session, scope) & standing
    return sorted(chance.sample(sorted(promised), min(count, len(promised))))


def _ask(client: Source, appl_ids: Sequence[int]) -> PageReading:
    """Ask for awards by number. RetryableError for an answer that cannot be relied on."""
    page = client.search_projects(Criteria(appl_ids=tuple(appl_ids)), limit=PAGE)
    reading = read_rows((row.raw, row.value) for row in page.rows)
    unsure = any(row.appl_id is None for row in reading.unreadable)
    if unsure or page_verdict(page.total, 0, PAGE, len(page.rows)) is not Verdict.OK:
        raise RetryableError("the answer to the canary's question does not add up")
    return reading


def _compare(session: Session, appl_ids: Sequence[int], said: PageReading) -> Iterator[Finding]:
    readings = {reading.appl_id: reading for reading in said.readings}
    unreadable = {row.appl_id for row in said.unreadable}
    for appl_id, award in awards_by_ids(session, appl_ids).items():
        if appl_id in readings:
            if fields := _differing(award, readings[appl_id]):
                yield {"appl_id": appl_id, "fields": fields}
        else:
            missing = UNREADABLE if appl_id in unreadable else NOT_THERE
            yield {"appl_id": appl_id, "missing": missing}


def _differing(award: Award, reading: Reading) -> list[str]:
    stored: Canonical = canonical_of(award)
    columns = {name: getattr(award, name) for name in reading.columns}
    return differing(stored, columns, award.content_hash, reading)
