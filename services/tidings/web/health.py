"""For machines: is the process there, is the system ready, and how is it doing."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy.exc import OperationalError

from tidings.migrations.migrate import is_current
from tidings.projects.sweep_queries import last_complete_at
from tidings.web.collector import SiteCollector
from tidings.web.site import site_of

router = APIRouter()


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """Say that the process answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """Say whether readers can be served: the database answers and is at its newest revision."""
    site = site_of(request)
    try:
        if not is_current(site.engine):
            return _not_ready("the database awaits a migration")
        with site.reading() as session:
            swept_at = last_complete_at(session)
    except OperationalError:
        return _not_ready("the database does not answer")
    return JSONResponse({"ready": True, "last_sweep": swept_at.isoformat() if swept_at else None})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Give the numbers of the operators' page to Prometheus."""
    registry = CollectorRegistry()
    registry.register(SiteCollector(site_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _not_ready(reason: str) -> JSONResponse:
    return JSONResponse({"ready": False, "reason": reason}, 503)
