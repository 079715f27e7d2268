"""Editors at their desk, and records that move beneath what they published, killed in between."""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Engine
from sqlmodel import Session, select
from tests.chaos import acts, world
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.begin_text import begin_text
from tidings.flows.check_pages import check_pages
from tidings.flows.end_editor import end_editor
from tidings.flows.grant_editor import grant_editor
from tidings.flows.hide_model import hide_model
from tidings.flows.publish_text import publish_text
from tidings.flows.reject_draft import reject_draft
from tidings.flows.review_draft import Review, review_draft
from tidings.flows.roll_back_text import roll_back_text
from tidings.flows.show_model import show_model
from tidings.flows.unpublish_text import unpublish_text
from tidings.pages.models import Page, PageVersion, Verdict
from tidings.pages.review_queries import sentences_of
from tidings.pages.reviewing import Written
from tidings.projects.codec import pack
from tidings.projects.models import Award, Project
from tidings.projects.queries import canonical_of
from tidings.subscribers.models import Editor

MODEL = "a model"
TEXT = "It looks at this."


def name_editor(scene: Scene, engine: Engine) -> None:
    """Make a reader an editor."""
    settings, now = scene.settings, machine_now()
    with open_session(engine) as session:
        grant_editor(session, world.WEEKLY, role="nurse", by="eva", settings=settings, now=now)


def is_named_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one editor, and whether that was written down once."""
    yield from acts.counts(session, {"editor WHERE ended_at IS NULL": 1, "audit_entry": 1})


def take_the_desk_away(scene: Scene, engine: Engine) -> None:
    """Let the editor be none any more."""
    settings, now = scene.settings, machine_now()
    with open_session(engine) as session, suppress(RejectedError):
        end_editor(session, world.WEEKLY, by="eva", settings=settings, now=now)


def has_no_editor(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is none, and whether that was written down once."""
    wanted = {"editor WHERE ended_at IS NULL": 0, "audit_entry WHERE action = 'editor.end'": 1}
    yield from acts.counts(session, wanted)


def write_a_text(_scene: Scene, engine: Engine) -> None:
    """Begin a text, write a sentence of it, and publish it; go on where that was left."""
    with open_session(engine) as session:
        project, editor_id, now = _first(session), _editor(session), machine_now()
        if session.exec(select(Page.published_no)).first():
            return
        project_id = stored_id(project.id)
        begin_text(session, project_id, "en", editor_id=editor_id, now=now)
        version = _version(session)
        if not sentences_of(session, version.id):
            title = " ".join(project.title.split()[:3])
            said = Review(version.revision, {}, Written(TEXT, (title,), Verdict.ACCEPTED))
            review_draft(session, stored_id(version.id), said, editor_id=editor_id, now=now)
        revision = version.revision
        publish_text(
            session, stored_id(version.id), revision=revision, editor_id=editor_id, now=now
        )


def publish_one(scene: Scene, engine: Engine) -> None:
    """Publish a text that a model wrote."""
    name_editor(scene, engine)
    write_a_text(scene, engine)
    with open_session(engine) as session:
        _version(session).model = MODEL
        session.commit()


def is_published_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether one version was made, with one sentence, and published once."""
    yield from acts.counts(
        session,
        {
            "page_version": 1,
            "page_version WHERE state = 'published' AND reviewer_role = 'nurse'": 1,
            "page_sentence": 1,
            "page WHERE published_no = 1": 1,
            "audit_entry WHERE action = 'text.publish'": 1,
        },
    )


def begin_one(scene: Scene, engine: Engine) -> None:
    """Begin a text."""
    name_editor(scene, engine)
    with open_session(engine) as session:
        project_id, editor_id = stored_id(_first(session).id), _editor(session)
        begin_text(session, project_id, "en", editor_id=editor_id, now=machine_now())


def reject_it(_scene: Scene, engine: Engine) -> None:
    """Reject the draft."""
    with open_session(engine) as session, suppress(RejectedError):
        reject_draft(
            session,
            stored_id(_version(session).id),
            reason="not plain",
            revision=0,
            editor_id=_editor(session),
            now=machine_now(),
        )


def is_rejected_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the draft is put away, and whether that was written down once."""
    state, action = (
        "page_version WHERE state = 'rejected'",
        "audit_entry WHERE action = 'text.reject'",
    )
    yield from acts.counts(session, {state: 1, action: 1})


def take_it_off(_scene: Scene, engine: Engine) -> None:
    """Take off what readers see."""
    with open_session(engine) as session, suppress(RejectedError):
        unpublish_text(
            session,
            stored_id(_version(session).id),
            reason="wrong study",
            editor_id=_editor(session),
            now=machine_now(),
        )


def is_taken_off_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether readers see none, and whether that was written down once."""
    yield from acts.counts(
        session,
        {
            "page WHERE published_no IS NULL": 1,
            "page_version WHERE state = 'replaced'": 1,
            "audit_entry WHERE action = 'text.unpublish'": 1,
        },
    )


def take_one_off(scene: Scene, engine: Engine) -> None:
    """Publish a text, and take it off."""
    publish_one(scene, engine)
    take_it_off(scene, engine)


def publish_it_again(_scene: Scene, engine: Engine) -> None:
    """Publish again what was taken off."""
    with open_session(engine) as session, suppress(RejectedError):
        roll_back_text(
            session,
            stored_id(_version(session).id),
            seen_no=None,
            editor_id=_editor(session),
            now=machine_now(),
        )


def is_back_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether readers see one version, of its own number, with the same sentence."""
    yield from acts.counts(
        session,
        {
            "page WHERE published_no = 2": 1,
            "page_version WHERE state = 'published'": 1,
            "page_sentence": 2,
            "audit_entry WHERE action = 'text.roll_back'": 1,
        },
    )


def hide_the_model(_scene: Scene, engine: Engine) -> None:
    """Let nothing be shown that the model wrote."""
    with open_session(engine) as session:
        editor_id, now = _editor(session), machine_now()
        hide_model(session, MODEL, reason="lies", editor_id=editor_id, now=now)


def is_hidden_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether it is hidden, and whether that was written down once."""
    wanted = {"hidden_model": 1, "audit_entry WHERE action = 'model.hide'": 1}
    yield from acts.counts(session, wanted)


def hide_one(scene: Scene, engine: Engine) -> None:
    """Publish a text, and hide the model that wrote it."""
    publish_one(scene, engine)
    hide_the_model(scene, engine)


def show_the_model(_scene: Scene, engine: Engine) -> None:
    """Let it be shown again."""
    with open_session(engine) as session, suppress(RejectedError):
        show_model(session, MODEL, editor_id=_editor(session))


def is_shown_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether nothing is hidden, and whether that was written down once."""
    wanted = {"hidden_model": 0, "audit_entry WHERE action = 'model.show'": 1}
    yield from acts.counts(session, wanted)


def move_the_record(scene: Scene, engine: Engine) -> None:
    """Publish a text, and let its record say something else."""
    publish_one(scene, engine)
    with open_session(engine) as session:
        award = session.get_one(Award, _first(session).current_appl_id)
        award.body = pack(canonical_of(award) | {"project_title": "Something else"})
        award.version += 1
        session.commit()


def check_all(_scene: Scene, engine: Engine) -> None:
    """Look which published sentences their records bear no longer."""
    check_pages(engine, now=machine_now())


def is_marked(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the sentence is marked, and its page waits for an editor."""
    wanted = {
        "page_sentence WHERE stale_at IS NOT NULL": 1,
        "page WHERE stale_at IS NOT NULL AND published_no = 1": 1,
    }
    yield from acts.counts(session, wanted)


def _first(session: Session) -> Project:
    return session.exec(select(Project).order_by("id").limit(1)).one()


def _editor(session: Session) -> int:
    return stored_id(session.exec(select(Editor)).one().id)


def _version(session: Session) -> PageVersion:
    return session.exec(select(PageVersion).where(PageVersion.number == 1)).one()
