"""One text at the desk: decide its sentences, publish it, take it back."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.flows.begin_text import begin_text
from tidings.flows.publish_text import publish_text
from tidings.flows.reject_draft import reject_draft
from tidings.flows.review_draft import review_draft
from tidings.flows.roll_back_text import roll_back_text
from tidings.flows.unpublish_text import unpublish_text
from tidings.flows.want_draft import want_draft
from tidings.jobs import Job
from tidings.pages.drafting import check_can_draft
from tidings.pages.models import PageVersion
from tidings.pages.reviewing import WRITTEN, MeanwhileError, UnfitError
from tidings.projects.queries import project_by_key
from tidings.rendering.speech import LANGUAGES
from tidings.web.desk_forms import CHOICES, read_review, typed
from tidings.web.desk_view import TextView, text_view
from tidings.web.editors import AtDesk, AtDeskForm, DeskMember, SentForm
from tidings.web.site import READ, StudyKey, site_of

router = APIRouter(prefix="/desk/studies/{key}/{language}")

SEE_OTHER = 303
SAID = {
    "saved": "Saved.",
    "published": "Published: readers see it now.",
    "rejected": "Rejected. It stays in the history.",
    "again": "Published again, as a version of its own.",
    "unpublished": "Taken off: readers see the facts of the record alone.",
    "wanted": "Asked for. The model writes it in a minute or two; reload this page then.",
    "known": "The model was asked for this before, and the record has not changed since.",
}
"""What the page says first, by the word that a change leaves in its address."""

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Reason = Annotated[str, Form(max_length=2000)]
Seen = Annotated[int, Form(ge=0, le=2**31 - 1)]


class Desk:
    """A study's texts in a language, and the editor who is at them."""

    def __init__(self, request: Request, key: StudyKey, language: str) -> None:
        self.site = site_of(request)
        with self.site.reading() as session:
            project = project_by_key(session, key)
        if project is None or language not in LANGUAGES:
            raise HTTPException(404)
        self.project, self.language = project, language
        self.path = f"/desk/studies/{project.key}/{language}"

    def view(self, session: Session, number: int | None) -> TextView:
        """Return what there is to show; a version that there is not is a page that is not there."""
        found = text_view(session, self.project, self.language, number)
        if found is None:
            raise HTTPException(404)
        return found

    def version_id(self, number: int) -> int:
        """Return the id of a version."""
        with self.site.reading() as session:
            version = self.view(session, number).version
        return stored_id(version.id if version else None)

    def go(self, done: str, number: int) -> Response:
        """Go back to a version; ``done`` names what the page says first."""
        return RedirectResponse(f"{self.path}?version={number}&done={done}", SEE_OTHER)

    def page(
        self,
        editor: DeskMember,
        number: int | None = None,
        *,
        said: str = "",
        error: RejectedError | None = None,
        form: FormData | None = None,
    ) -> HTMLResponse:
        """Return the page; after an ``error`` with all that was typed into the ``form``."""
        with self.site.reading() as session:
            view = self.view(session, number)
        faults: Mapping[str, Sequence[str]] = error.faults if isinstance(error, UnfitError) else {}
        refused = 409 if isinstance(error, MeanwhileError) else 400
        return self.site.page(
            "pages/desk_text.html",
            status=refused if error else 200,
            editor=editor,
            view=view,
            said=said,
            problem=error.text if error else "",
            faults=faults,
            typed=typed(form) if form else {},
            choices=CHOICES,
            sections=WRITTEN,
            path=self.path,
            no_drafts=_why_not(self.site.settings),
        )


OfStudy = Annotated[Desk, Depends()]


@router.api_route("", methods=READ)
def text(editor: AtDesk, desk: OfStudy, version: int | None = None, done: str = "") -> HTMLResponse:
    """Show a version of the text beside its source, and its history."""
    return desk.page(editor, version, said=SAID.get(done, ""))


@router.post("/begin")
def begin(editor: AtDeskForm, desk: OfStudy) -> Response:
    """Begin a text of one's own, from what readers see if they see one."""
    with desk.site.writing() as session:
        number = begin_text(
            session,
            stored_id(desk.project.id),
            desk.language,
            editor_id=editor.editor_id,
            now=desk.site.now,
        )
    return RedirectResponse(f"{desk.path}?version={number}", SEE_OTHER)


@router.post("/want")
def want(editor: AtDeskForm, desk: OfStudy, *, force: Annotated[bool, Form()] = False) -> Response:
    """Ask the language model for a draft."""
    key, language, settings = desk.project.key, desk.language, desk.site.settings
    try:
        with desk.site.writing() as session:
            asked = want_draft(
                session, key, language, settings=settings, now=desk.site.now, force=force
            )
    except RejectedError as error:
        return desk.page(editor, error=error)
    if asked.is_new:
        desk.site.ring(Job.PAGE_DRAFT, asked.version_id)
    with desk.site.reading() as session:
        number = session.get_one(PageVersion, asked.version_id).number
    return desk.go("wanted" if asked.is_new else "known", number)


@router.post("/{number}/review")
def review(editor: AtDeskForm, desk: OfStudy, number: Number, form: SentForm) -> Response:
    """Keep what was decided; publish it, if the button says so."""
    version_id, by = desk.version_id(number), editor.editor_id
    try:
        with desk.site.writing() as session:
            revision = review_draft(
                session, version_id, read_review(form), editor_id=by, now=desk.site.now
            )
    except RejectedError as error:
        return desk.page(editor, number, error=error, form=form)
    if form.get("then") != "publish":
        return desk.go("saved", number)
    try:
        with desk.site.writing() as session:
            publish_text(session, version_id, revision=revision, editor_id=by, now=desk.site.now)
    except RejectedError as error:
        return desk.page(editor, number, said="Saved, but not published.", error=error)
    return desk.go("published", number)


@router.post("/{number}/reject")
def reject(
    editor: AtDeskForm, desk: OfStudy, number: Number, revision: Seen, reason: Reason = ""
) -> Response:
    """Put the whole draft away."""
    version_id = desk.version_id(number)
    try:
        with desk.site.writing() as session:
            reject_draft(
                session,
                version_id,
                reason=reason,
                revision=revision,
                editor_id=editor.editor_id,
                now=desk.site.now,
            )
    except RejectedError as error:
        return desk.page(editor, number, error=error)
    return desk.go("rejected", number)


@router.post("/{number}/again")
def publish_again(editor: AtDeskForm, desk: OfStudy, number: Number, seen: Seen) -> Response:
    """Let readers see an earlier version again."""
    version_id = desk.version_id(number)
    try:
        with desk.site.writing() as session:
            made = roll_back_text(
                session,
                version_id,
                seen_no=seen or None,
                editor_id=editor.editor_id,
                now=desk.site.now,
            )
    except RejectedError as error:
        return desk.page(editor, number, error=error)
    return desk.go("again", made)


@router.post("/{number}/unpublish")
def unpublish(editor: AtDeskForm, desk: OfStudy, number: Number, reason: Reason = "") -> Response:
    """Take off what readers see."""
    version_id = desk.version_id(number)
    try:
        with desk.site.writing() as session:
            unpublish_text(
                session,
                version_id,
                reason=reason,
                editor_id=editor.editor_id,
                now=desk.site.now,
            )
    except RejectedError as error:
        return desk.page(editor, number, error=error)
    return desk.go("unpublished", number)


def _why_not(settings: Settings) -> str:
    """Return why no draft can be asked for; nothing when it can."""
    try:
        check_can_draft(settings)
    except RejectedError as error:
        return error.text
    return ""
