"""A reader's lists: those they made, and those of others that they follow."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.flows.follow_watchlist import unfollow_watchlist
from tidings.flows.publish_watchlist import Reach, publish_watchlist
from tidings.flows.take_watchlist import (
    Source,
    Taken,
    source_here,
    source_of_file,
    take_watchlist,
)
from tidings.flows.write_watchlist import Draft, write_watchlist
from tidings.jobs import Job
from tidings.rendering.speech import Sayable
from tidings.watchlists import outlines
from tidings.watchlists.documents import LARGEST, Standing
from tidings.watchlists.entries import ENTRIES, write_lines
from tidings.watchlists.models import Watchlist
from tidings.watchlists.queries import (
    count_followers,
    follows_behind,
    lists_followed,
    watchlist_of,
    watchlists_of,
)
from tidings.watchlists.reading import list_slug, own_entries
from tidings.web.lists import home_of
from tidings.web.sessions import Member, SignedIn, SignedInForm
from tidings.web.site import READ, RowId, Site, site_of

router = APIRouter(prefix="/manage/lists")

AT_ONCE = 20
"""Followers whose bell is rung when a list changes; recover rings for the others."""

SAID = {
    "saved": Sayable("Saved."),
    "public": Sayable("The list is public now. Its address is below."),
    "hidden": Sayable("Only you can see the list now."),
    "deleted": Sayable("The list is deleted. Whoever followed it keeps what it named."),
    "stopped": Sayable("You do not follow this list any more."),
}
DONE = {Reach.EVERYBODY: "public", Reach.NOBODY: "hidden", Reach.DELETED: "deleted"}


Text = Annotated[str, Form()]  # whatever is wrong with it is said above the form


class Asked(BaseModel):
    """A list as the form says it; whatever is wrong with it is said above the form."""

    title: str = ""
    about: str = ""
    language: str = ""
    lines: str = ""

    @property
    def draft(self) -> Draft:
        """The list that it asks for."""
        return Draft(self.title, self.about, self.language, self.lines)


@router.api_route("", methods=READ)
def overview(request: Request, member: SignedIn, done: str = "", address: str = "") -> HTMLResponse:
    """Show the lists that the reader made and follows, and how to make one."""
    return _overview(site_of(request), member, said=SAID.get(done, ""), address=address)


@router.api_route("/new", methods=READ)
def ask_for_list(request: Request, member: SignedIn) -> HTMLResponse:
    """Show a form that holds all that the reader follows and searches for."""
    site = site_of(request)
    with site.reading() as session:
        lines = write_lines(own_entries(session, member.id))
    return _form(site, member, Draft("", "", site.speech.language, lines))


@router.api_route("/own.opml", methods=READ)
def own_outline(request: Request, member: SignedIn) -> Response:
    """Give the public feeds of the studies that the reader follows, for feed readers."""
    site = site_of(request)
    with site.reading() as session:
        entries = own_entries(session, member.id)
    body = outlines.written(site.speech.say("What you follow"), entries, site=home_of(site))
    headers = {"Content-Disposition": 'attachment; filename="tidings.opml"'}
    return Response(body, media_type="text/x-opml; charset=utf-8", headers=headers)


@router.post("")
def make(request: Request, member: SignedInForm, asked: Annotated[Asked, Form()]) -> Response:
    """Make a list."""
    return _write(site_of(request), member, asked.draft, None)


@router.post("/take")
def take(
    request: Request,
    member: SignedInForm,
    address: Text = "",
    pasted: Text = "",
    key: Text = "",
    file: UploadFile | None = None,
) -> HTMLResponse:
    """Make a list of the reader's own from another."""
    site = site_of(request)
    data = file.file.read(LARGEST + 1) if file is not None else b""
    try:
        with site.writing() as session:
            if data or pasted.strip():
                sent = data or pasted.strip().encode()
                source = source_of_file(sent, settings=site.settings, public_key=key)
            else:
                slug = list_slug(address, home=home_of(site))
                source = source_here(session, slug, site=home_of(site))
            taken = take_watchlist(session, source, subscriber_id=member.id, now=site.now)
    except RejectedError as error:
        problem = site.speech.say(error.text)
        typed = {"address": address, "pasted": pasted, "key": key}
        return _overview(site, member, problem=problem, **typed)
    return _list_page(site, member, taken.watchlist, said=_said_of(site, taken))


@router.api_route("/{watchlist_id}", methods=READ)
def show(request: Request, member: SignedIn, watchlist_id: RowId, done: str = "") -> HTMLResponse:
    """Show a list of the reader's, to be changed."""
    site = site_of(request)
    with site.reading() as session:
        row = watchlist_of(session, watchlist_id, member.id)
    if row is None:
        raise HTTPException(404, Sayable("You have no such list."))
    return _list_page(site, member, row, said=[site.speech.say(SAID[done])] if done in SAID else [])


@router.post("/{watchlist_id}")
def change(
    request: Request, member: SignedInForm, watchlist_id: RowId, asked: Annotated[Asked, Form()]
) -> Response:
    """Change it."""
    return _write(site_of(request), member, asked.draft, watchlist_id)


@router.post("/{watchlist_id}/reach")
def change_reach(
    request: Request, member: SignedInForm, watchlist_id: RowId, reach: Annotated[Reach, Form()]
) -> Response:
    """Publish it, hide it or delete it."""
    site = site_of(request)
    with site.writing() as session:
        publish_watchlist(session, watchlist_id, reach, subscriber_id=member.id, now=site.now)
    _ring(site, watchlist_id)
    where = "" if reach is Reach.DELETED else f"/{watchlist_id}"
    return _back(site, f"{where}?done={DONE[reach]}")


@router.post("/followed/{list_follow_id}/stop")
def stop_following(
    request: Request,
    member: SignedInForm,
    list_follow_id: RowId,
    keep: Annotated[bool, Form()] = False,  # noqa: FBT002 - FastAPI's way to give a default
) -> Response:
    """Stop following a list of somebody's, with or without what it gave."""
    site = site_of(request)
    with site.writing() as session:
        unfollow_watchlist(
            session, list_follow_id, subscriber_id=member.id, keep=keep, now=site.now
        )
    return _back(site, "?done=stopped")


def _write(site: Site, member: Member, draft: Draft, watchlist_id: int | None) -> Response:
    try:
        with site.writing() as session:
            row = write_watchlist(
                session, draft, subscriber_id=member.id, watchlist_id=watchlist_id, now=site.now
            )
    except RejectedError as error:
        return _form(site, member, draft, watchlist_id, problem=site.speech.say(error.text))
    _ring(site, stored_id(row.id))
    return _back(site, f"/{row.id}?done=saved")


def _ring(site: Site, watchlist_id: int) -> None:
    with site.reading() as session:
        behind = follows_behind(session, limit=AT_ONCE, watchlist_id=watchlist_id)
    if behind:
        site.ring(Job.WATCHLISTS_APPLY, behind)


def _back(site: Site, rest: str) -> Response:
    return RedirectResponse(site.to(f"/manage/lists{rest}"), status_code=303)


def _overview(
    site: Site, member: Member, *, said: str = "", problem: str = "", **typed: str
) -> HTMLResponse:
    with site.reading() as session:
        made = watchlists_of(session, member.id)
        followers = count_followers(session, [stored_id(row.id) for row in made])
        followed = lists_followed(session, member.id)
    return site.page(
        "pages/manage_lists.html",
        status=400 if problem else 200,
        member=member,
        made=[(row, followers[stored_id(row.id)]) for row in made],
        followed=followed,
        said=said,
        problem=problem,
        typed={"address": "", "pasted": "", "key": "", **typed},
    )


def _list_page(
    site: Site, member: Member, row: Watchlist, *, said: list[str] | None = None
) -> HTMLResponse:
    lines = write_lines(ENTRIES.validate_python(row.entries))
    draft = Draft(row.title, row.about, row.language, lines)
    return _form(site, member, draft, row.id, said=said or [], watchlist=row)


def _form(
    site: Site, member: Member, draft: Draft, watchlist_id: int | None = None, **shown: Any
) -> HTMLResponse:
    problem = shown.pop("problem", "")
    return site.page(
        "pages/manage_list.html",
        status=400 if problem else 200,
        member=member,
        draft=draft,
        number=watchlist_id,
        problem=problem,
        **{"said": [], "watchlist": None, **shown},
    )


def _said_of(site: Site, taken: Taken) -> list[str]:
    """Say what was taken over, from where, and what is known of that."""
    said = [site.speech.say("This list is yours now. Nobody else sees it until you publish it.")]
    words = _signature(taken.source)
    said += [site.speech.say(words)] if words else []
    if taken.left_out:
        named = site.speech.listed(taken.left_out[:20])
        said.append(
            site.speech.say("We know nothing of these, and left them out: {named}", named=named)
        )
    if taken.source.passed_over:
        said.append(
            site.speech.count(
                taken.source.passed_over,
                "{n} other address in the file names no study.",
                "{n} other addresses in the file name no study.",
            )
        )
    return said


def _signature(source: Source) -> Sayable | None:
    if source.signature is Standing.OURS:
        return Sayable("It was published here, and is as it was published.")
    if source.signature is Standing.CHECKED:
        return Sayable(
            "It is as it was signed with the key that you gave, {key}.", key=source.key_id
        )
    if source.signature is Standing.UNCHECKED:
        return Sayable(
            "It says that it is from {address}, signed with the key {key}. We have not checked "
            "that: give the public key of that site to have it checked.",
            address=source.forked_from,
            key=source.key_id,
        )
    return None
