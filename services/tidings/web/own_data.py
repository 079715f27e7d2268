"""All that is held on a reader: to take along, and to have deleted."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from tidings.errors import RejectedError
from tidings.flows.erase_reader import erase_reader
from tidings.flows.export_reader import export_reader
from tidings.rendering.speech import Sayable
from tidings.subscribers.exports import Export
from tidings.web.sessions import Member, SignedIn, SignedInForm, end_session
from tidings.web.site import READ, Site, site_of

router = APIRouter()

SCHEMA = "/export/schema.json"
WORD = Sayable("DELETE")
"""What a reader types who wants all of it gone."""


@router.api_route(SCHEMA, methods=READ)
def schema() -> JSONResponse:
    """Return the JSON Schema of the file."""
    return JSONResponse(Export.model_json_schema(mode="serialization"))


@router.post("/manage/export")
def export(request: Request, member: SignedInForm) -> Response:
    """Give the reader a file with all that is held on them."""
    site = site_of(request)
    with site.reading() as session:
        held = export_reader(session, member.id, settings=site.settings, now=site.now)
    name = f"tidings-{site.now:%Y-%m-%d}.json"
    return Response(
        held.model_dump_json(indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.api_route("/manage/delete", methods=READ)
def ask_to_delete(request: Request, member: SignedIn) -> HTMLResponse:
    """Say what would go and what would stay, and ask."""
    return _page(site_of(request), member)


@router.post("/manage/delete")
def delete(
    request: Request, member: SignedInForm, word: Annotated[str, Form(max_length=40)] = ""
) -> HTMLResponse:
    """Delete all of it."""
    site = site_of(request)
    if word.strip().upper() not in {str(WORD), site.speech.say(WORD)}:
        problem = site.speech.say(
            "Please type {word}: then we know that you mean it.", word=site.speech.say(WORD)
        )
        return _page(site, member, word=word, problem=problem)
    try:
        with site.writing() as session:
            erase_reader(session, member.id, actor="the reader", now=site.now)
    except RejectedError as error:
        return _page(site, member, word=word, problem=site.speech.say(error.text))
    page = site.page(
        "pages/done.html",
        title=site.speech.say("All of it is deleted"),
        words=site.speech.say(
            "We hold nothing on you any more, and will not write to you. The links in our mails to "
            "you lead nowhere now."
        ),
    )
    end_session(page, site.settings)
    return page


def _page(site: Site, member: Member, *, word: str = "", problem: str = "") -> HTMLResponse:
    return site.page(
        "pages/manage_delete.html",
        status=400 if problem else 200,
        member=member,
        asked=site.speech.say(WORD),
        word=word,
        problem=problem,
    )
