"""A study as it stood at the end of a day, and two such days beside each other.

What has passed stays as it was: these addresses can be cited, and kept for long.
"""

from datetime import UTC, date, datetime, time

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.pages.comparison import differences, record_pairs
from tidings.pages.facts import study_facts
from tidings.pages.plain import plain_page
from tidings.pages.small_map import small_map
from tidings.pages.study_queries import PastStudy, past_study
from tidings.pages.study_view import study_view
from tidings.pages.timeline import days_of_changes
from tidings.projects.linked_queries import papers_of, trials_of
from tidings.projects.models import Project
from tidings.projects.queries import project_by_key, timeline
from tidings.rendering.speech import Sayable
from tidings.web.conditional import PUBLIC, answer
from tidings.web.site import READ, Site, StudyKey, site_of
from tidings.web.studies import MOST_CHANGES, UNKNOWN

router = APIRouter()

PASSED = "public, max-age=86400, stale-while-revalidate=604800"
"""How long a day that is over may be kept: the record stays, our templates may change."""

NO_DAY = Sayable("This address names no day. A day is written as 2026-11-23.")
NOT_YET = Sayable("This day is still to come.")


@router.api_route("/studies/{key}/as-of", methods=READ)
def choose_day(request: Request, key: StudyKey, day: str = "", other: str = "") -> Response:
    """Lead to a study as it stood on a day, or to two days beside each other."""
    try:
        days = sorted(date.fromisoformat(one) for one in (day, other) if one)
    except ValueError as error:
        raise RejectedError(NO_DAY) from error
    if not days:
        raise RejectedError(NO_DAY)
    named = "...".join(one.isoformat() for one in dict.fromkeys(days))
    return RedirectResponse(site_of(request).to(f"/studies/{key.upper()}@{named}"), 303)


@router.api_route("/studies/{key}@{first}...{last}", methods=READ)
def compare(request: Request, key: StudyKey, first: str, last: str) -> Response:
    """Show what differs between a study at the end of one day and of a later one."""
    site = site_of(request)
    before, after = _day(first), _day(last)
    if key != key.upper() or before > after:
        ordered = f"{min(before, after)}...{max(before, after)}"
        return RedirectResponse(site.to(f"/studies/{key.upper()}@{ordered}"), status_code=301)
    with site.reading() as session:
        project = _project(session, key)
        old, new = _at(site, session, project, before), _at(site, session, project, after)
    page = site.page(
        "pages/comparison.html",
        project=project,
        facts=study_facts(new.current, new.others),
        before=before,
        after=after,
        old=old.speaker,
        new=new.speaker,
        differences=differences(old.current, new.current, site.speech),
        records=record_pairs(*({one.appl_id: one[1:] for one in side.held} for side in (old, new))),
        url=_url(site, f"{key}@{before}...{after}"),
    )
    return _answer(request, site, bytes(page.body), after)


@router.api_route("/studies/{key}@{day}", methods=READ)
def as_of(request: Request, key: StudyKey, day: str) -> Response:
    """Show a study as it stood at the end of a day."""
    site = site_of(request)
    on = _day(day)
    if key != key.upper():
        return RedirectResponse(site.to(f"/studies/{key.upper()}@{on}"), status_code=301)
    moment = _end_of(on)
    with site.reading() as session:
        project = _project(session, key)
        found = _at(site, session, project, on)
        project_id = stored_id(project.id)
        linked = papers_of(session, project_id, until=moment)
        trials = trials_of(session, project_id, until=moment)
        changes = [one for one in timeline(session, project_id) if one.seen_at <= moment]
    numbers = {one.appl_id: one.number for one in found.held}
    plain = plain_page(found.current, found.others, papers=linked.in_all, trials=len(trials))
    page = site.page(
        "pages/as_of.html",
        project=project,
        facts=study_facts(found.current, found.others, read_on=on),
        view=study_view(plain, speech=site.speech),
        map=small_map(found.current),
        linked=linked,
        trials=trials,
        published=None,
        days=days_of_changes(changes[:MOST_CHANGES], numbers, site.speech),
        first_day=project.first_seen_at.date(),
        held=found.held,
        on=on,
        is_over=on < site.now.date(),
        url=_url(site, f"{key}@{on}"),
    )
    return _answer(request, site, bytes(page.body), on)


def _answer(request: Request, site: Site, body: bytes, last: date) -> Response:
    headers = {
        "Cache-Control": PASSED if last < site.now.date() else PUBLIC,
        "Content-Language": site.speech.language,
        "X-Robots-Tag": "noindex",
    }
    return answer(request, body, "text/html", modified=None, headers=headers)


def _day(text: str) -> date:
    """Return the day that an address names; raise a 404 for one that names none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise HTTPException(404, NO_DAY) from error


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)


def _project(session: Session, key: str) -> Project:
    project = project_by_key(session, key)
    if project is None:
        raise HTTPException(404, UNKNOWN)
    return project


def _at(site: Site, session: Session, project: Project, day: date) -> PastStudy:
    if day > site.now.date():
        raise HTTPException(404, NOT_YET)
    found = past_study(session, stored_id(project.id), _end_of(day))
    if found is None:
        raise HTTPException(
            404,
            Sayable(
                "We first read this study on {first}, and do not know how it was on {day}.",
                first=project.first_seen_at.date(),
                day=day,
            ),
        )
    return found


def _url(site: Site, name: str) -> str:
    return site.settings.site_url.rstrip("/") + site.to(f"/studies/{name}")
