"""What other sites may want to know of this one: the key that signs its lists."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from tidings.watchlists.documents import FORMAT, Document
from tidings.watchlists.signing import Signer
from tidings.web.conditional import PUBLIC
from tidings.web.lists import home_of
from tidings.web.site import READ, site_of

router = APIRouter()

SCHEMA = "/watchlists/schema.json"


@router.api_route("/.well-known/tidings.json", methods=READ)
def keys(request: Request) -> JSONResponse:
    """Return the public key, with the name that a signature gives it."""
    site = site_of(request)
    signer = Signer(site.settings.secret)
    key = {"key_id": signer.key_id, "algorithm": "Ed25519", "public_key": signer.public_key}
    schema = f"{home_of(site)}{SCHEMA}"
    said = {"site": home_of(site), "format": FORMAT, "schema": schema, "keys": [key]}
    return JSONResponse(said, headers={"Cache-Control": PUBLIC, "Access-Control-Allow-Origin": "*"})


@router.api_route(SCHEMA, methods=READ)
def schema() -> JSONResponse:
    """Return the JSON Schema of a list as a file."""
    return JSONResponse(Document.model_json_schema(mode="serialization"))
