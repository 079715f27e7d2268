"""What a program that takes our webhooks has to know."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from tidings.delivery.endpoints import LONGEST_FAILING, MOST_FAILURES
from tidings.delivery.webhooks import StudyEvent
from tidings.web.site import READ, site_of

router = APIRouter()

SCHEMA = "/webhooks/schema.json"


@router.api_route("/webhooks", methods=READ)
def explain(request: Request) -> HTMLResponse:
    """Explain events, signatures, retries and replay."""
    return site_of(request).page(
        "pages/webhooks.html",
        schema=SCHEMA,
        most_failures=MOST_FAILURES,
        longest_failing=LONGEST_FAILING.days,
    )


@router.api_route(SCHEMA, methods=READ)
def schema() -> JSONResponse:
    """Return the JSON Schema of an event."""
    return JSONResponse(StudyEvent.model_json_schema(mode="serialization"))
