"""Have the language model write a draft that was wanted, and check it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit, open_session
from tidings.errors import RejectedError, RetryableError
from tidings.pages.draft_checks import Drafted, Fault, Rule, faults_of, good_part
from tidings.pages.draft_prompt import MOST_CHARACTERS, system_words, user_words
from tidings.pages.draft_queries import asked_for, begin_try, lease_of, settle
from tidings.pages.drafting import Drafter, UnusableAnswerError
from tidings.pages.models import PageSentence, PageVersion, VersionState
from tidings.pages.review_queries import (
    add_sentences,
    hidden_model,
    sources_now,
    stored_spans,
)
from tidings.pages.reviewing import grade_of
from tidings.pages.spans import Excerpt, excerpt_of, source_hash
from tidings.upkeep.queries import release_lease, take_lease

log = structlog.get_logger()

LEASE = timedelta(minutes=10)
"""As long as a task may last: a dead worker's draft waits so long, which a draft can."""

REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
"""How long a model that cannot answer is left alone, doubled with each try; below two leases."""

MOST_TRIES = 4
MOST_NOTE = 4_000


@dataclass(frozen=True)
class Claim:
    """A version that is ours to draft for a while, and what of the record the model is shown."""

    version: PageVersion
    language: str
    excerpt: Excerpt
    holder: str

    @property
    def lease(self) -> str:
        """The name of the lease that we hold."""
        return lease_of(stored_id(self.version.id))


@dataclass(frozen=True)
class Outcome:
    """What came of asking: sentences that passed every check, or none, and the reasons."""

    sentences: tuple[Drafted, ...]
    reasons: tuple[str, ...]


def draft_page(
    engine: Engine, drafter: Drafter, version_id: int, *, now: datetime
) -> VersionState | None:
    """Draft a version that is wanted; return what it is then, None if it was not ours to draft.

    The model is asked outside of any transaction, and once more if its draft breaks a rule. What
    cannot be had now stays wanted, after a rest; what cannot be had at all has failed, with the
    reasons in its note. Safe to call twice and at the same time: a lease keeps the second away, and
    what it leaves is stored by compare-and-set.
    """
    with open_session(engine) as session:
        claim = _claim(session, version_id, now=now)
    if claim is None:
        return None
    try:
        outcome = ask(drafter, claim.version.model, claim.language, claim.excerpt)
    except RetryableError as error:
        return _rest(engine, claim, error, now=now)
    except RejectedError as error:
        outcome = Outcome((), (str(error),))
    with open_session(engine) as session:
        return _store(session, claim, outcome, now=now)


def _claim(session: Session, version_id: int, *, now: datetime) -> Claim | None:
    """Take the lease, count the try, and bring the version up to what the record says now."""
    asked = asked_for(session, version_id)
    if asked is None or asked.version.state is not VersionState.WANTED:
        return None
    holder = token_hex(8)
    sources = sources_now(session, [asked.project.current_appl_id])
    canonical = sources.canonicals[asked.project.current_appl_id]
    if not take_lease(session, lease_of(version_id), holder, ttl=LEASE):
        session.rollback()
        return None
    if hidden_model(session, asked.version.model) is not None:
        _end(session, asked.version, "the model was hidden meanwhile", now=now)
        release_lease(session, lease_of(version_id), holder)
        commit(session, "draft.dropped")
        return None
    if not begin_try(session, asked.version):
        session.rollback()
        return None
    settle(session, asked.version, sources=sources.stored, source_hash=source_hash(canonical))
    commit(session, "draft.claimed")
    excerpt = excerpt_of(canonical, most=MOST_CHARACTERS)
    return Claim(asked.version, asked.page.language, excerpt, holder)


def ask(drafter: Drafter, model: str, language: str, excerpt: Excerpt) -> Outcome:
    """Ask for a draft, and once more if it breaks a rule; raises what the drafter raises.

    Of a second try that still breaks rules, the sentences that do not are kept, if they make a
    draft; what was left out is among the reasons. An answer of another form has no such part.
    """
    mark = token_hex(8)
    draft: tuple[Drafted, ...] = ()
    faults: tuple[Fault, ...] = ()
    for _ in range(2):
        try:
            user = user_words(excerpt, mark, draft, faults)
            draft = drafter(model=model, system=system_words(language), user=user)
            faults = faults_of(draft, excerpt, language)
        except UnusableAnswerError as error:
            draft, faults = (), (Fault(None, Rule.ANSWER, str(error)),)
        if not faults:
            return Outcome(draft, ())
    good = good_part(draft, faults, excerpt, language)
    left_out = [f"sentences left out: {len(draft) - len(good)}"] if good else []
    return Outcome(good, (*left_out, *map(str, faults)))


def _store(
    session: Session, claim: Claim, outcome: Outcome, *, now: datetime
) -> VersionState | None:
    """Write the draft, or why there is none, unless somebody else did meanwhile."""
    note = _note(claim.excerpt, outcome.reasons)
    if not outcome.sentences:
        ended = _end(session, claim.version, note, now=now)
        release_lease(session, claim.lease, claim.holder)
        commit(session, "draft.failed")
        log.warning("draft.failed", version_id=claim.version.id, reasons=outcome.reasons[:3])
        return VersionState.FAILED if ended else None
    stored = settle(session, claim.version, state=VersionState.DRAFT, note=note)
    if stored:
        add_sentences(session, _rows(claim, outcome.sentences))
    release_lease(session, claim.lease, claim.holder)
    commit(session, "draft.stored")
    log.info("draft.stored", version_id=claim.version.id, sentences=len(outcome.sentences))
    return VersionState.DRAFT if stored else None


def _rows(claim: Claim, sentences: Sequence[Drafted]) -> list[PageSentence]:
    return [
        PageSentence(
            version_id=stored_id(claim.version.id),
            section=one.section,
            position=position,
            text=one.text,
            spans=stored_spans(claim.excerpt.spans(one.cites) or ()),
            grade=grade_of(one.text, claim.language),
        )
        for position, one in enumerate(sentences, 1)
    ]


def _rest(
    engine: Engine, claim: Claim, error: RetryableError, *, now: datetime
) -> VersionState | None:
    """Let a model that cannot answer be, for as long as it asks for; give up after some tries.

    The rest is the lease, held by nobody who works.
    """
    tries = claim.version.revision
    if tries >= MOST_TRIES:
        with open_session(engine) as session:
            reason = f"{error}; it was asked {tries} times"
            return _store(session, claim, Outcome((), (reason,)), now=now)
    rest = min(error.after or REST * 2 ** (tries - 1), LONGEST_REST)
    with open_session(engine) as session:
        take_lease(session, claim.lease, claim.holder, ttl=max(rest, REST))
        settle(session, claim.version, note=f"{error}; it is asked again after a rest"[:MOST_NOTE])
        commit(session, "draft.paused")
    log.warning("draft.paused", version_id=claim.version.id, reason=str(error))
    return VersionState.WANTED


def _end(session: Session, version: PageVersion, note: str, *, now: datetime) -> bool:
    return settle(session, version, state=VersionState.FAILED, note=note, ended_at=now)


def _note(excerpt: Excerpt, reasons: Sequence[str]) -> str:
    """Say what an editor has to know of how a draft came about."""
    lines = list(reasons)
    if excerpt.left_out:
        lines.append(f"{excerpt.left_out} passages at the end of the record were too many to send")
    if excerpt.withheld:
        lines.append(
            f"{excerpt.withheld} passages were not sent: they speak to software, or follow on one "
            "that does"
        )
    return "\n".join(lines)[:MOST_NOTE]
