"""The operators' page: four lanes, a sentence first, numbers second, the action beside the row."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from tidings.flows.release_sweep import release_sweep
from tidings.flows.replay_delivery import replay_delivery
from tidings.jobs import Job
from tidings.notices.own_templates import refused
from tidings.web.guard import Operator
from tidings.web.lanes import read_lanes
from tidings.web.site import RowId, site_of

router = APIRouter(prefix="/ops")

SEE_OTHER = 303


@router.get("")
def overview(request: Request, _operator: Operator) -> HTMLResponse:
    """Show how everything is doing."""
    site = site_of(request)
    folder = site.settings.templates_dir
    own = refused(folder) if folder else ()
    return site.page("pages/ops.html", lanes=read_lanes(site), refused_templates=own)


@router.post("/deliveries/{delivery_id}/replay")
def replay(request: Request, delivery_id: RowId, operator: Operator) -> RedirectResponse:
    """Send a dead letter again."""
    site = site_of(request)
    with site.writing() as session:
        replay_delivery(session, delivery_id, actor=operator, now=site.now)
    site.ring(Job.DELIVERY_SEND, [delivery_id])
    return RedirectResponse("/ops", SEE_OTHER)


@router.post("/sweeps/{sweep_id}/release")
def release(request: Request, sweep_id: RowId, operator: Operator) -> RedirectResponse:
    """Let out what the storm breaker holds of a sweep."""
    site = site_of(request)
    with site.writing() as session:
        release_sweep(session, sweep_id, actor=operator, now=site.now)
    site.ring(Job.CHANGES_MATCH)
    return RedirectResponse("/ops", SEE_OTHER)
