"""Feeds and calendars: of a study for everybody, of a reader's own behind a secret address."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.notices.feed_queries import (
    Find,
    finds_of,
    projects_and_changes,
    saved_search_of_feed,
)
from tidings.pages.calendar import Timed, calendar, days_of, latest
from tidings.pages.feeds import Entry, Feed, atom, json_feed, tag
from tidings.pages.news import change_entry, find_entry
from tidings.pages.showing import official_title
from tidings.projects.feed_queries import news_of, speaking
from tidings.projects.models import Project
from tidings.projects.queries import canonical_of, project_by_key
from tidings.rendering.speech import Sayable, Speech, speech_of
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import SubscriberState
from tidings.subscribers.queries import live_follows, reader_of_calendar
from tidings.subscribers.tokens import token_hash
from tidings.web.conditional import PRIVATE, PUBLIC, answer
from tidings.web.site import READ, Site, StudyKey, site_of
from tidings.web.tongues import address_in

router = APIRouter()

MOST = 50
"""Entries of a feed; older ones are behind its link to the next page."""

Format = Literal["atom", "json"]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]

MEDIA_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}
OWN = {"Cache-Control": PRIVATE, "X-Robots-Tag": "noindex"}
GONE = Sayable(
    "This address is not in use any more. You can have a new one on your page of settings."
)


@router.api_route("/studies/{key}/feed.{form}", methods=READ)
def study_feed(request: Request, key: StudyKey, form: Format, before: Before = None) -> Response:
    """Give what has changed in a study, newest first, 50 changes at a time."""
    site = site_of(request)
    if key != key.upper():
        return RedirectResponse(site.to(f"/studies/{key.upper()}/feed.{form}"), status_code=301)
    with site.reading() as session:
        project = _project(session, key)
        news = news_of(session, stored_id(project.id), before=before, limit=MOST)
    entries = [
        change_entry(
            change,
            name=tag(
                _home(site),
                *("changes", change.appl_id, change.version, change.field, change.kind),
            ),
            url=_address(site, f"/studies/{key}"),
            speech=site.speech,
        )
        for change, _ in news
    ]
    feed = Feed(
        id=tag(_home(site), "studies", key, site.speech.language),
        title=f"{key}: {official_title(project.title)}",
        subtitle=site.speech.say("What changes in this study in NIH RePORTER"),
        language=site.speech.language,
        url=_address(site, f"/studies/{key}/feed.{form}"),
        home_url=_address(site, f"/studies/{key}"),
        updated=max((entry.updated for entry in entries), default=project.first_seen_at),
        entries=tuple(entries),
        older_url=_older(site, f"/studies/{key}/feed.{form}", [one.id for one, _ in news]),
    )
    came = max((at for _, at in news if at), default=project.first_seen_at)
    return answer(
        request,
        _written(feed, form),
        MEDIA_TYPES[form],
        modified=max(came, feed.updated),
        headers={"Cache-Control": PUBLIC, "Content-Language": feed.language},
    )


@router.api_route("/studies/{key}/calendar.ics", methods=READ)
def study_calendar(request: Request, key: StudyKey) -> Response:
    """Give the days of a study: its end, and those of its budget years."""
    site = site_of(request)
    if key != key.upper():
        return RedirectResponse(site.to(f"/studies/{key.upper()}/calendar.ics"), status_code=301)
    with site.reading() as session:
        project = _project(session, key)
        studies = _timed(session, site, site.speech, [stored_id(project.id)])
    title = f"{key}: {official_title(project.title)}"
    url = _address(site, f"/studies/{key}/calendar.ics")
    return _calendar(request, title, studies, url=url, headers={"Cache-Control": PUBLIC})


@router.api_route("/feeds/{secret}/search.{form}", methods=READ)
def search_feed(request: Request, secret: str, form: Format, before: Before = None) -> Response:
    """Give what a reader's saved search found, to whoever knows its address."""
    site = site_of(request)
    with site.reading() as session:
        owned = saved_search_of_feed(session, token_hash(secret))
        if owned is None:
            raise HTTPException(404, GONE)
        saved, reader = owned
        if saved.ended_at is not None or reader.state is not SubscriberState.ACTIVE:
            raise HTTPException(410, GONE)
        speech = speech_of(reader.language)
        finds = finds_of(session, saved, before=before, limit=MOST)
        entries = _entries(session, site, speech, saved, finds)
    path = f"/feeds/{secret}/search.{form}"
    feed = Feed(
        id=tag(_home(site), "searches", stored_id(saved.id)),
        title=saved.name,
        subtitle=speech.say("What your saved search finds in NIH RePORTER"),
        language=speech.language,
        url=_home(site) + path,
        home_url=_home(site) + address_in(speech, "/manage"),
        updated=max((entry.updated for entry in entries), default=saved.created_at),
        entries=tuple(entries),
        older_url=_older(site, path, [notice.id for notice, _ in finds]),
    )
    headers = OWN | {"Content-Language": feed.language}
    body = _written(feed, form)
    return answer(request, body, MEDIA_TYPES[form], modified=feed.updated, headers=headers)


@router.api_route("/feeds/{secret}/calendar.ics", methods=READ)
def reader_calendar(request: Request, secret: str) -> Response:
    """Give the days of all that a reader follows, to whoever knows its address."""
    site = site_of(request)
    with site.reading() as session:
        reader = reader_of_calendar(session, token_hash(secret))
        if reader is None:
            raise HTTPException(404, GONE)
        if reader.state is not SubscriberState.ACTIVE:
            raise HTTPException(410, GONE)
        speech = speech_of(reader.language)
        followed = [row.project_id for row in live_follows(session, stored_id(reader.id))]
        studies = _timed(session, site, speech, followed)
    url = f"{_home(site)}/feeds/{secret}/calendar.ics"
    name = speech.say("Studies you follow")
    return _calendar(request, name, studies, url=url, headers=OWN, speech=speech)


def _calendar(
    request: Request,
    name: str,
    studies: Sequence[Timed],
    *,
    url: str,
    headers: dict[str, str],
    speech: Speech | None = None,
) -> Response:
    site = site_of(request)
    spoken = speech or site.speech
    domain = site.settings.mail_domain
    days = [day for one in studies for day in days_of(one, domain=domain, speech=spoken)]
    return answer(
        request,
        calendar(name, days, url=url),
        MEDIA_TYPES["ics"],
        modified=latest(days) or site.now,
        headers=headers | {"Content-Language": spoken.language},
    )


def _timed(session: Session, site: Site, speech: Speech, project_ids: Sequence[int]) -> list[Timed]:
    return [
        Timed(
            key=project.key,
            title=official_title(project.title),
            url=_home(site) + address_in(speech, f"/studies/{project.key}"),
            said=canonical_of(award),
            version=versions,
            changed_at=award.changed_at,
        )
        for project, award, versions in speaking(session, project_ids)
    ]


def _entries(
    session: Session, site: Site, speech: Speech, saved: SavedSearch, finds: Sequence[Find]
) -> list[Entry]:
    projects, changes = projects_and_changes(session, finds)
    home = _home(site)
    return [
        find_entry(
            project := projects[notice.project_id],
            [changes[one] for one in reason.change_ids],
            [clause.excerpt for clause in reason.clauses if clause.excerpt][:2],
            entry=(
                tag(home, "searches", stored_id(saved.id), project.key, notice.sweep_id),
                home + address_in(speech, f"/studies/{project.key}"),
                notice.created_at,
            ),
            speech=speech,
        )
        for notice, reason in finds
    ]


def _project(session: Session, key: str) -> Project:
    project = project_by_key(session, key)
    if project is None:
        raise HTTPException(404, Sayable("We know no such study."))
    return project


def _written(feed: Feed, form: Format) -> bytes:
    return atom(feed) if form == "atom" else json_feed(feed)


def _older(site: Site, path: str, ids: Sequence[int | None]) -> str:
    """Return where the entries before these are, if there may be some."""
    full = len(ids) == MOST
    return f"{_address(site, path)}?before={ids[-1]}" if full else ""


def _address(site: Site, path: str) -> str:
    return _home(site) + site.to(path)


def _home(site: Site) -> str:
    return site.settings.site_url.rstrip("/")
