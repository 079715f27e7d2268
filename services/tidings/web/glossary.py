"""The words of research, explained: for everybody."""

from fastapi import APIRouter, Request, Response

from tidings.pages.glossary import by_letter
from tidings.web.conditional import PUBLIC, answer
from tidings.web.site import READ, site_of

router = APIRouter()


@router.api_route("/glossary", methods=READ)
def glossary(request: Request) -> Response:
    """Show every term and what it means."""
    site = site_of(request)
    page = site.page("pages/glossary.html", letters=by_letter(site.speech.language))
    headers = {"Cache-Control": PUBLIC, "Content-Language": site.speech.language}
    return answer(request, bytes(page.body), "text/html", modified=None, headers=headers)
