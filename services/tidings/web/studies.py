"""The page of a study, as it stands now. No cookie, no script, the same for everybody."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from tidings.pages.facts import study_facts
from tidings.pages.plain import plain_page
from tidings.pages.small_map import small_map
from tidings.pages.structured import json_ld
from tidings.pages.study_queries import StudyState, load_study, study_state
from tidings.pages.study_view import study_view
from tidings.pages.timeline import days_of_changes
from tidings.rendering.speech import Sayable
from tidings.web.conditional import PUBLIC, has_tag
from tidings.web.revision import revision
from tidings.web.site import READ, Site, StudyKey, site_of

router = APIRouter()

UNKNOWN = Sayable("We know no such study.")
MOST_CHANGES = 40
"""Changes that the page shows at first; ``?all=1`` shows all."""

Everything = Annotated[bool, Query(alias="all")]


@router.api_route("/studies/{key}", methods=READ)
def study(request: Request, key: StudyKey, everything: Everything = False) -> Response:  # noqa: FBT002 - as FastAPI wants a flag of the address
    """Show one study: what it is in plain words, whose words those are, what has changed."""
    site = replace(site_of(request), here=f"/studies/{key}")
    if key != key.upper():
        return RedirectResponse(site.to(f"/studies/{key.upper()}"), status_code=301)
    with site.reading() as session:
        state = study_state(session, key, site.speech.language)
        if state is None:
            raise HTTPException(404, UNKNOWN)
        headers = _headers(site, state, everything=everything)
        known = _known(request, site, headers)
        if known is not None:
            return known
        body = _rendered(site, session, state, everything=everything)
    site.kept.put(headers["ETag"], body)
    return _whole(request, body, headers)


def kept_study(request: Request, site: Site, key: str) -> Response | None:
    """Return the page if whoever asks has it, or it is kept from before; None if it is neither."""
    with site.reading() as session:
        state = study_state(session, key, site.speech.language)
    return _known(request, site, _headers(site, state, everything=False)) if state else None


def _headers(site: Site, state: StudyState, *, everything: bool) -> dict[str, str]:
    language, settings = site.speech.language, site.settings
    shown = (revision(), language, everything, settings.site_url, settings.sender)
    return {
        "ETag": state.tag(*shown),
        "Cache-Control": PUBLIC,
        "Content-Language": language,
    }


def _known(request: Request, site: Site, headers: dict[str, str]) -> Response | None:
    if has_tag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    body = site.kept.get(headers["ETag"])
    return _whole(request, body, headers) if body is not None else None


def _whole(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    if request.method == "HEAD":
        sizes = {"Content-Length": str(len(body))}
        return Response(headers=headers | sizes, media_type="text/html")
    return Response(body, headers=headers, media_type="text/html")


def _rendered(site: Site, session: Session, state: StudyState, *, everything: bool) -> bytes:
    found = load_study(session, state.project_id, cosmetic=everything)
    checked_on: date | None = state.checked_at.date() if state.checked_at else None
    facts = study_facts(found.current, found.others, read_on=checked_on)
    plain = plain_page(
        found.current, found.others, papers=state.linked.in_all, trials=len(state.trials)
    )
    view = study_view(plain, state.published, site.speech)
    changed_on = found.award.changed_at.date()
    url = site.settings.site_url.rstrip("/") + site.to(f"/studies/{found.project.key}")
    changes = found.changes if everything else found.changes[:MOST_CHANGES]
    page = site.page(
        "pages/study.html",
        project=found.project,
        award=found.award,
        facts=facts,
        view=view,
        map=small_map(found.current),
        linked=state.linked,
        trials=state.trials,
        published=state.published,
        checked_on=checked_on,
        first_day=found.project.first_seen_at.date(),
        cited_on=max(checked_on or changed_on, changed_on),
        days=days_of_changes(changes, found.numbers, site.speech),
        more_changes=len(found.changes) - len(changes),
        everything=everything,
        url=url,
        is_indexed=not everything and bool(plain.quotes),
        json_ld=json_ld(found.project, facts, view, url=url, speech=site.speech),
    )
    return bytes(page.body)
