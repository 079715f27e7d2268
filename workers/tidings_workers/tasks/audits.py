"""Tasks that prove, by other ways, that nothing was missed."""

from datetime import timedelta
from secrets import token_hex

from tidings.db.session import commit
from tidings.flows.audit_matches import audit_matches
from tidings.flows.audit_store import Extent
from tidings.flows.canary import run_canary
from tidings.jobs import Job
from tidings.upkeep.queries import take_lease
from tidings.wiring import open_reporter
from tidings_workers import wiring
from tidings_workers.app import task

SEARCHING_SECONDS = 40.0
"""How long one task searches the store: a large one takes several days to be searched whole."""

APART = timedelta(minutes=2)
"""Longer than an audit lasts; nobody gives the lease back, so a demo's fast days do not pile up."""


@task(Job.CANARY_RUN)
def run() -> None:
    """Compare some stored awards with RePORTER's own, unless that was begun just now."""
    if not _is_mine("audit:canary"):
        return
    with open_reporter(wiring.settings(), wiring.engine()) as client:
        run_canary(wiring.engine(), client, now=wiring.now())


@task(Job.MATCHES_AUDIT)
def audit() -> None:
    """Run every search again and look for what was not told, unless that was begun just now."""
    if not _is_mine("audit:matches"):
        return
    audit_matches(
        wiring.engine(),
        now=wiring.now(),
        speed=wiring.settings().clock.speed,
        extent=Extent(seconds=SEARCHING_SECONDS),
    )


def _is_mine(name: str) -> bool:
    with wiring.session() as session:
        mine = take_lease(session, name, token_hex(8), ttl=APART)
        commit(session, "audit.leased")
    return mine
