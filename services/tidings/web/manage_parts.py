"""One followed study, or one saved search, of a reader who is signed in."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.flows.change_follow import LONGEST_NOTE, change_follow
from tidings.flows.change_search import LONGEST_NAME, change_search
from tidings.flows.unsubscribe import Part
from tidings.notices.kind_groups import FINDS, GROUPS, by_kind, chosen
from tidings.notices.mutes import Mute, muted_until
from tidings.notices.preferences import DAYS, DOLLARS, FOREVER, PERCENT
from tidings.projects.models import Project
from tidings.projects.queries import project_by_key
from tidings.rendering.speech import Sayable
from tidings.searches.models import SavedSearch
from tidings.searches.queries import saved_search_of
from tidings.subscribers.models import Cadence, Follow
from tidings.subscribers.queries import live_follow
from tidings.subscribers.tokens import Scope
from tidings.web.manage import back_to_manage, end_for
from tidings.web.sessions import Member, SignedIn, SignedInForm
from tidings.web.site import READ, RowId, Site, StudyKey, site_of

router = APIRouter(prefix="/manage")

Sometimes = Cadence | Literal[""]


class Asked(BaseModel):
    """What the form of a follow or saved search says; a group without a cadence is as the rest."""

    cadence: Cadence
    cuts: Sometimes = ""
    extensions: Sometimes = ""
    money: Sometimes = ""
    people: Sometimes = ""
    texts: Sometimes = ""
    papers: Sometimes = ""
    finds: Sometimes = ""
    percent: str = ""
    dollars: str = ""
    days: str = ""
    mute: Mute = Mute.LEAVE
    words: str = ""

    def wishes(self, site: Site) -> dict[str, Any]:
        """Return what change_follow and change_search take; RejectedError for what is no number."""
        limits = {name: getattr(self, name) for name in (PERCENT, DOLLARS, DAYS)}
        return {
            "cadence": self.cadence,
            "cadence_by_kind": by_kind(self.model_dump(mode="json")),
            "threshold": {name: _number(text) for name, text in limits.items() if text.strip()},
            "muted_until": muted_until(self.mute, now=site.now),
            "now": site.now,
        }


AskedForm = Annotated[Asked, Form()]


@router.api_route("/studies/{key}", methods=READ)
def ask_of_follow(request: Request, member: SignedIn, key: StudyKey) -> HTMLResponse:
    """Show how the reader follows a study, to be changed."""
    site = site_of(request)
    with site.reading() as session:
        project, follow = _followed(session, member, key)
    return _follow_page(site, member, (project, follow), _as_it_is(follow, follow.note))


@router.post("/studies/{key}")
def change_followed(
    request: Request, member: SignedInForm, key: StudyKey, asked: AskedForm
) -> Response:
    """Change it."""
    site = site_of(request)
    with site.reading() as session:
        project, follow = _followed(session, member, key)
    try:
        wishes = asked.wishes(site)
        with site.writing() as session:
            change_follow(
                session,
                subscriber_id=member.id,
                project_id=follow.project_id,
                note=asked.words,
                **wishes,
            )
    except RejectedError as error:
        return _follow_page(site, member, (project, follow), asked, error)
    return back_to_manage(site, "saved")


@router.post("/studies/{key}/stop")
def stop_following(request: Request, member: SignedInForm, key: StudyKey) -> Response:
    """Stop following it."""
    site = site_of(request)
    with site.writing() as session:
        end_for(site, session, Scope(member.id), Part(study=key))
    return back_to_manage(site, "stopped")


@router.api_route("/searches/{saved_id}", methods=READ)
def ask_of_search(request: Request, member: SignedIn, saved_id: RowId) -> HTMLResponse:
    """Show a saved search, to be changed."""
    site = site_of(request)
    with site.reading() as session:
        saved = _saved(session, member, saved_id)
    return _search_page(site, member, saved, _as_it_is(saved, saved.name))


@router.post("/searches/{saved_id}")
def change_saved(
    request: Request, member: SignedInForm, saved_id: RowId, asked: AskedForm
) -> Response:
    """Change it."""
    site = site_of(request)
    with site.reading() as session:
        saved = _saved(session, member, saved_id)
    try:
        wishes = asked.wishes(site)
        with site.writing() as session:
            change_search(
                session,
                subscriber_id=member.id,
                saved_search_id=saved_id,
                name=asked.words,
                **wishes,
            )
    except RejectedError as error:
        return _search_page(site, member, saved, asked, error)
    return back_to_manage(site, "saved")


@router.post("/searches/{saved_id}/stop")
def stop_searching(request: Request, member: SignedInForm, saved_id: RowId) -> Response:
    """End it."""
    site = site_of(request)
    with site.writing() as session:
        end_for(site, session, Scope(member.id, saved_search_id=saved_id))
    return back_to_manage(site, "stopped")


def _followed(session: Session, member: Member, key: str) -> tuple[Project, Follow]:
    project = project_by_key(session, key)
    follow = live_follow(session, member.id, stored_id(project.id)) if project else None
    if project is None or follow is None:
        raise HTTPException(404, Sayable("You do not follow this study."))
    return project, follow


def _saved(session: Session, member: Member, saved_id: int) -> SavedSearch:
    saved = saved_search_of(session, member.id, saved_id)
    if saved is None:
        raise HTTPException(404, Sayable("You have no such search."))
    return saved


def _as_it_is(row: Follow | SavedSearch, words: str) -> Asked:
    limits = {name: str(value) for name, value in row.threshold.items()}
    return Asked.model_validate(
        {"cadence": row.cadence, "words": words, **limits, **chosen(row.cadence_by_kind)}
    )


def _number(text: str) -> int:
    plain = text.strip().replace(",", "")
    if not plain.isascii() or not plain.isdigit():
        raise RejectedError(Sayable("A threshold is a whole number, like 50000."))
    return int(plain)


def _follow_page(
    site: Site,
    member: Member,
    followed: tuple[Project, Follow],
    asked: Asked,
    problem: RejectedError | None = None,
) -> HTMLResponse:
    project, follow = followed
    return _page(
        site,
        "pages/manage_study.html",
        problem,
        member=member,
        project=project,
        row=follow,
        asked=asked,
        groups=GROUPS,
        longest=LONGEST_NOTE,
    )


def _search_page(
    site: Site,
    member: Member,
    saved: SavedSearch,
    asked: Asked,
    problem: RejectedError | None = None,
) -> HTMLResponse:
    return _page(
        site,
        "pages/manage_search.html",
        problem,
        member=member,
        row=saved,
        asked=asked,
        groups=(FINDS, *GROUPS),
        longest=LONGEST_NAME,
    )


def _page(site: Site, name: str, problem: RejectedError | None, **shown: Any) -> HTMLResponse:
    return site.page(
        name,
        status=200 if problem is None else 400,
        problem="" if problem is None else site.speech.say(problem.text),
        now=site.now,
        forever=FOREVER,
        **shown,
    )
