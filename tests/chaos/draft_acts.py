"""Pages that a language model drafts while the process may be killed."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, select
from tests.chaos import acts
from tests.chaos.scene import LEASE, Scene

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RetryableError
from tidings.flows import draft_page
from tidings.flows.want_draft import want_draft
from tidings.pages.draft_checks import Drafted
from tidings.pages.drafting import Drafter
from tidings.pages.models import HiddenModel, PageVersion, VersionState
from tidings.projects.codec import pack
from tidings.projects.models import Award
from tidings.projects.queries import canonical_of, projects_page

MODEL = "a model"
ABSTRACT = "Stiff tissue keeps immune cells out. The team will test softer tissue."
GOOD = (
    Drafted("looks_at", "Stiff tissue keeps immune cells out.", (2,)),
    Drafted("looks_at", "The team will test softer tissue.", (3,)),
)


@dataclass(frozen=True)
class _Model:
    """Gives always the same answer; none when it is busy."""

    answer: tuple[Drafted, ...] | None

    def __call__(self, *, model: str, system: str, user: str) -> tuple[Drafted, ...]:
        if self.answer is None:
            raise RetryableError("the model is busy")
        return self.answer


def write_a_record(_scene: Scene, engine: Engine) -> None:
    """Let a record say what the model is to write of."""
    with open_session(engine) as session:
        award = session.get_one(Award, projects_page(session, limit=1)[0].current_appl_id)
        texts = {"project_title": "How tissue ages", "abstract_text": ABSTRACT, "phr_text": ""}
        award.body = pack(canonical_of(award) | texts)
        session.commit()


def hide_what_drafts(scene: Scene, engine: Engine) -> None:
    """Want a draft of a model that is hidden then."""
    write_a_record(scene, engine)
    with open_session(engine) as session:
        _want(scene, session)
        row = HiddenModel(model=MODEL, reason="it lies", hidden_by="eva", hidden_at=machine_now())
        session.add(row)
        session.commit()


def draft_well(scene: Scene, engine: Engine) -> None:
    """Want a draft, and have it written."""
    _draft(scene, engine, _Model(GOOD))


def draft_badly(scene: Scene, engine: Engine) -> None:
    """Want a draft of a model that has nothing to say."""
    _draft(scene, engine, _Model(()))


def draft_in_vain(scene: Scene, engine: Engine) -> None:
    """Want a draft of a model that is too busy."""
    _draft(scene, engine, _Model(None))


def is_drafted_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one draft, with each sentence once."""
    yield from acts.counts(session, {"page_version": 1, "page_sentence": len(GOOD), "lease": 0})
    yield from _is(session, VersionState.DRAFT, "")


def has_failed_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one version, which says why it has failed."""
    yield from acts.counts(session, {"page_version": 1, "page_sentence": 0})
    yield from _is(session, VersionState.FAILED, "good sentences")


def waits_for_its_model(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the version is wanted still, and says what it waits for."""
    yield from _is(session, VersionState.WANTED, "busy; it is asked again after a rest")


def is_dropped(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether nothing was asked of the hidden model."""
    yield from _is(session, VersionState.FAILED, "the model was hidden meanwhile")


def _is(session: Session, state: VersionState, words: str) -> Iterator[str]:
    version = session.exec(select(PageVersion)).one()
    if version.state is not state or words not in version.note:
        yield f"the version is {version.state}: {version.note}"


def _draft(scene: Scene, engine: Engine, drafter: Drafter) -> None:
    draft_page.LEASE = LEASE
    with open_session(engine) as session:
        version_id = _want(scene, session)
    draft_page.draft_page(engine, drafter, version_id, now=machine_now())


def _want(scene: Scene, session: Session) -> int:
    """Want a draft once; of a model that is hidden it is wanted already."""
    there = session.exec(select(PageVersion.id)).first()
    if there is not None:
        return there
    key, settings = projects_page(session, limit=1)[0].key, _with_model(scene.settings)
    return want_draft(session, key, "en", settings=settings, now=machine_now()).version_id


def _with_model(settings: Settings) -> Settings:
    return settings.model_copy(update={"llm_url": "http://model.invalid/v1", "llm_model": MODEL})
