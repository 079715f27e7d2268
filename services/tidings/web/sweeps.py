"""Receipts: what a sweep read, and what it left unexamined."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from tidings.projects.models import Sweep
from tidings.web.site import RowId, site_of

router = APIRouter()


@router.get("/sweeps/{sweep_id}")
def receipt(request: Request, sweep_id: RowId) -> HTMLResponse:
    """Show the receipt of one sweep."""
    site = site_of(request)
    with site.reading() as session:
        sweep = session.get(Sweep, sweep_id)
    if sweep is None:
        raise HTTPException(404)
    return site.page("pages/receipt.html", sweep=sweep)
