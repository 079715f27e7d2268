"""Want a draft of a study page from the language model."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.pages.draft_checks import FEWEST
from tidings.pages.draft_prompt import MOST_CHARACTERS, PROMPT
from tidings.pages.draft_queries import same_draft, wanted_since
from tidings.pages.drafting import check_can_draft
from tidings.pages.models import Origin, PageVersion, VersionState
from tidings.pages.review_queries import (
    add_version,
    hidden_model,
    letting_go,
    made_page,
    sources_now,
)
from tidings.pages.spans import excerpt_of, source_hash
from tidings.projects.models import Project
from tidings.projects.queries import project_by_key
from tidings.rendering.speech import LANGUAGES

DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Wanted:
    """The version that is to be drafted, or was; ``is_new`` when this call asked for it."""

    version_id: int
    state: VersionState
    note: str
    is_new: bool


def want_draft(
    session: Session,
    key: str,
    language: str,
    *,
    settings: Settings,
    now: datetime,
    force: bool = False,
) -> Wanted:
    """Ask for a draft and return its version; nothing is sent to the model here.

    What was asked for already, of the same words, model and prompt, is not asked for again,
    whatever came of it, unless forced; so calling twice asks once. What waits is never doubled.
    Raises RejectedError, in words, where there can be no draft.
    """
    check_can_draft(settings)
    if language not in LANGUAGES:
        raise RejectedError(f"pages are written in {' and '.join(LANGUAGES)}, not in {language}")
    with letting_go(session):
        project = project_by_key(session, key)
        if project is None:
            raise RejectedError(f"we know no study {key}")
        version = _version(session, project, settings=settings, now=now)
        page = made_page(session, stored_id(project.id), language, now=now)
        before = same_draft(session, stored_id(page.id), version)
        if before is not None and (not force or before.state is VersionState.WANTED):
            there = Wanted(stored_id(before.id), before.state, before.note, is_new=False)
            session.rollback()
            return there
        if wanted_since(session, now - DAY) >= settings.drafts_a_day:
            raise RejectedError(
                f"{settings.drafts_a_day} drafts were asked for in the last 24 hours, which is all "
                "that TIDINGS_DRAFTS_A_DAY allows"
            )
        version_id = add_version(session, page, version)
        commit(session, "draft.wanted")
    return Wanted(version_id, VersionState.WANTED, "", is_new=True)


def _version(
    session: Session, project: Project, *, settings: Settings, now: datetime
) -> PageVersion:
    """Return the version that is wanted, if this model may draft what the record says."""
    hidden = hidden_model(session, settings.llm_model)
    if hidden is not None:
        raise RejectedError(f"the model {hidden.model} is hidden: {hidden.reason}")
    sources = sources_now(session, [project.current_appl_id])
    canonical = sources.canonicals[project.current_appl_id]
    if len(excerpt_of(canonical, most=MOST_CHARACTERS).passages) <= FEWEST:
        raise RejectedError(f"the record of {project.key} says too little for a draft")
    return PageVersion(
        page_id=0,
        number=0,
        state=VersionState.WANTED,
        origin=Origin.MODEL,
        model=settings.llm_model,
        prompt=PROMPT,
        sources=sources.stored,
        source_hash=source_hash(canonical),
        created_at=now,
    )
