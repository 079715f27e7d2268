"""Receipts: what a sweep read, and what it left unexamined."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from tidings.pages.receipts import PURPOSES
from tidings.projects.models import Sweep
from tidings.web.site import READ, RowId, site_of

router = APIRouter()


@router.api_route("/sweeps/{sweep_id}", methods=READ)
def receipt(request: Request, sweep_id: RowId) -> HTMLResponse:
    """Show the receipt of one sweep."""
    site = site_of(request)
    with site.reading() as session:
        sweep = session.get(Sweep, sweep_id)
    if sweep is None:
        raise HTTPException(404)
    return site.page("pages/receipt.html", sweep=sweep, purpose=PURPOSES[sweep.purpose])
