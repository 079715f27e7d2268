"""Who is at the desk: readers who are signed in, and whom operators made editors."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData

from tidings.db.base import stored_id
from tidings.subscribers.editor_queries import live_editor
from tidings.web.sessions import Member, SignedIn, SignedInForm
from tidings.web.site import site_of


@dataclass(frozen=True)
class DeskMember:
    """An editor who is signed in; every form of theirs carries ``form_token``."""

    editor_id: int
    role: str
    form_token: str


def at_desk(request: Request, member: SignedIn) -> DeskMember:
    """Return which editor asks; to everybody else the desk is a page that is not there."""
    return _editor(request, member)


def at_desk_form(request: Request, member: SignedInForm) -> DeskMember:
    """Return which editor sends a form, if it is from a page that we showed in this session."""
    return _editor(request, member)


async def form_of(request: Request) -> FormData:
    """Return a form whose fields depend on the page that it came from."""
    return await request.form()


AtDesk = Annotated[DeskMember, Depends(at_desk)]
"""For pages."""

AtDeskForm = Annotated[DeskMember, Depends(at_desk_form)]
"""For what pages send: has the form's token checked as well."""

SentForm = Annotated[FormData, Depends(form_of)]


def _editor(request: Request, member: Member) -> DeskMember:
    with site_of(request).reading() as session:
        editor = live_editor(session, member.id)
    if editor is None:
        raise HTTPException(404)
    return DeskMember(stored_id(editor.id), editor.role, member.form_token)
