"""Behind the links of one mail: all that it told, and the settings of what it told of.

The link is all that is asked for, and the mail may have been passed on. So nothing here says more
than the mail did: no page tells whether a study is followed, and each answers the same in any case.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.delivery.lookup_queries import mail_to
from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.flows.change_follow import change_follow
from tidings.flows.change_search import change_search
from tidings.flows.write_studies import Told, read_stories
from tidings.notices.links import Links
from tidings.notices.mutes import Mute, muted_until
from tidings.notices.voices import Voice
from tidings.projects.queries import project_by_key
from tidings.projects.wording import ChangeLine, change_line
from tidings.rendering.filters import iso
from tidings.rendering.sheet import csv_text
from tidings.rendering.speech import Sayable
from tidings.searches.queries import live_saved_search
from tidings.subscribers.models import Cadence, Subscriber
from tidings.subscribers.tokens import Scope
from tidings.subscribers.zones import zone_or_utc
from tidings.web.site import READ, RowId, Site, StudyKey, site_of
from tidings.web.tongues import path_of
from tidings.web.unsubscribing import LinkScope

router = APIRouter(prefix="/mail/{token}")

NOT_KEPT = Sayable("We no longer keep what this mail told.")
HEADS = (
    Sayable("Study"),
    Sayable("Title"),
    Sayable("Who and where"),
    Sayable("What"),
    Sayable("Was"),
    Sayable("Now"),
    Sayable("Dated"),
    Sayable("Seen"),
    Sayable("Page"),
)


@dataclass(frozen=True)
class Found:
    """What one saved search found, by the number of the search."""

    search_id: int
    name: str
    studies: tuple[Told, ...]


@router.api_route("", methods=READ)
def contents(request: Request, token: str, scope: LinkScope) -> HTMLResponse:
    """Show all that the mail told, grouped as it was, without its caps."""
    site = site_of(request)
    mail, told = _told(site, token, scope)
    followed = sorted((one for one in told if one.is_followed), key=Told.order)
    links = _links(site, token)
    found = _found(told)
    return site.page(
        "pages/mail_contents.html", mail=mail, followed=followed, found=found, links=links
    )


@router.api_route("/changes.csv", methods=READ)
def table(request: Request, token: str, scope: LinkScope) -> Response:
    """Give the same as a table: a line for each change, or for a study that was found."""
    site = site_of(request)
    _, told = _told(site, token, scope)
    heads = [site.speech.say(head) for head in HEADS]
    rows = [row for one in told for row in _rows(one, site)]
    headers = {"Content-Disposition": 'attachment; filename="tidings.csv"'}
    return Response(csv_text([heads, *rows]), media_type="text/csv", headers=headers)


@router.api_route("/studies/{key}", methods=READ)
def study_settings(request: Request, scope: LinkScope, key: StudyKey) -> HTMLResponse:
    """Ask how this study is to be told from now on."""
    del scope  # read so that the link is one of ours
    with site_of(request).reading() as session:
        project = project_by_key(session, key)
    if project is None:
        raise HTTPException(404, Sayable("We know no such study."))
    return _settings_page(request, project.title)


@router.post("/studies/{key}")
def change_study(
    request: Request,
    scope: LinkScope,
    key: StudyKey,
    mute: Annotated[Mute, Form()] = Mute.LEAVE,
    cadence: Annotated[Cadence | Literal[""], Form()] = "",
) -> HTMLResponse:
    """Change it, if this reader follows it."""
    site = site_of(request)
    with site.writing() as session, suppress(RejectedError):  # the answer is the same
        project = project_by_key(session, key)
        if project is not None:
            change_follow(
                session,
                subscriber_id=scope.subscriber_id,
                project_id=stored_id(project.id),
                cadence=cadence or None,
                muted_until=muted_until(mute, now=site.now),
                now=site.now,
            )
    return _changed(site)


@router.api_route("/searches/{search_id}", methods=READ)
def search_settings(request: Request, scope: LinkScope, search_id: RowId) -> HTMLResponse:
    """Ask how what this search finds is to be told from now on."""
    del scope, search_id  # read so that the link is one of ours
    return _settings_page(request, None)


@router.post("/searches/{search_id}")
def change_search_of_mail(
    request: Request,
    scope: LinkScope,
    search_id: RowId,
    mute: Annotated[Mute, Form()] = Mute.LEAVE,
    cadence: Annotated[Cadence | Literal[""], Form()] = "",
) -> HTMLResponse:
    """Change it, if this reader has it."""
    site = site_of(request)
    with site.writing() as session, suppress(RejectedError):  # the answer is the same
        saved = live_saved_search(session, scope.subscriber_id, search_id)
        if saved is not None:
            change_search(
                session,
                subscriber_id=scope.subscriber_id,
                saved_search_id=stored_id(saved.id),
                cadence=cadence or None,
                muted_until=muted_until(mute, now=site.now),
                now=site.now,
            )
    return _changed(site)


def _told(site: Site, token: str, scope: Scope) -> tuple[Delivery, Sequence[Told]]:
    with site.reading() as session:
        mail = _mail(session, scope)
        reader = session.get_one(Subscriber, scope.subscriber_id)
        mail_id = stored_id(mail.id)
        voice = Voice(site.speech, _links(site, token), zone_or_utc(reader.time_zone))
        return mail, read_stories(session, [mail_id]).told_by(mail_id, voice)


def _mail(session: Session, scope: Scope) -> Delivery:
    start = scope.message_id_start
    mail = mail_to(session, scope.subscriber_id, start) if start else None
    if mail is None:
        raise HTTPException(404, NOT_KEPT)
    return mail


def _links(site: Site, token: str) -> Links:
    return Links("", site.speech.language, token)


def _found(told: Sequence[Told]) -> list[Found]:
    found: dict[int, list[Told]] = {}
    for one in told:
        if not one.is_followed:
            found.setdefault(one.saved[0].search_id, []).append(one)
    return [
        Found(search_id, ones[0].saved[0].name, tuple(ones)) for search_id, ones in found.items()
    ]


def _rows(told: Told, site: Site) -> list[tuple[str, ...]]:
    study = told.study
    start = (study.key, study.title, study.people)
    url = site.settings.site_url.rstrip("/") + study.url
    lines = [_cells(change_line(change, site.speech)) for change in told.changes]
    return [(*start, *line, url) for line in lines or [(site.speech.say("found"), "", "", "", "")]]


def _cells(line: ChangeLine) -> tuple[str, ...]:
    return line.label, line.was, line.now, iso(line.dated), iso(line.seen)


def _settings_page(request: Request, title: str | None) -> HTMLResponse:
    site, path = site_of(request), path_of(request)
    return site.page(
        "pages/mail_settings.html",
        title=title,
        action=site.to(quote(path)),
        stop=site.to(quote(path.replace("/mail/", "/unsubscribe/", 1))),
    )


def _changed(site: Site) -> HTMLResponse:
    return site.page(
        "pages/done.html",
        title=site.speech.say("Done"),
        words=site.speech.say("It is so from now on. Every mail has the links to change it again."),
    )
