"""A draft that is wanted is written by the language model, checked, and left to an editor."""

from collections.abc import Generator
from datetime import timedelta
from threading import Thread

import orjson
import pytest
from conftest import NOW
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from model_server import BUENO, GOOD, JSON, RECORD, Line, drafted, spoken
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import col, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.draft_page import LONGEST_REST, MOST_TRIES, draft_page
from tidings.flows.recover import recover
from tidings.flows.want_draft import Wanted, want_draft
from tidings.jobs import Job
from tidings.pages.draft_queries import drafts_page, lease_of, waiting_drafts
from tidings.pages.drafting import make_drafter
from tidings.pages.grounding import Section, Span, holds
from tidings.pages.models import HiddenModel, Origin, PageSentence, PageVersion, VersionState
from tidings.upkeep.models import Lease

KEY = "CA000001"
TEXTS = {name: text for name, text in RECORD.items() if name != "appl_id"}
BAD: Line = ("why", "Softer tissue will cure all tumors.", [7])


@pytest.fixture
def model() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        running.reply = drafted(GOOD)
        yield running


@pytest.fixture
def settings(settings: Settings, model: EndpointServer) -> Settings:
    return settings.model_copy(
        update={"llm_url": f"{model.url}v1", "llm_model": "test-model", "llm_timeout": 5.0}
    )


@pytest.fixture
def source(engine: Engine) -> ListedSource:
    """Give a source whose one study is in the store."""
    listed = ListedSource([record(1, **TEXTS)])
    run_sweep(engine, listed, now=NOW)
    return listed


pytestmark = pytest.mark.usefixtures("source")


def want(
    engine: Engine, settings: Settings, language: str = "en", *, force: bool = False
) -> Wanted:
    with open_session(engine) as session:
        return want_draft(session, KEY, language, settings=settings, now=NOW, force=force)


def draft(engine: Engine, settings: Settings, version_id: int) -> VersionState | None:
    return draft_page(engine, make_drafter(settings), version_id, now=NOW)


def version(engine: Engine, version_id: int) -> PageVersion:
    with open_session(engine) as session:
        return session.get_one(PageVersion, version_id)


def sentences(engine: Engine) -> list[PageSentence]:
    with open_session(engine) as session:
        return list(session.exec(select(PageSentence).order_by(col(PageSentence.position))))


def end_rest(engine: Engine) -> None:
    with open_session(engine) as session:
        for lease in session.exec(select(Lease)):
            session.delete(lease)
        session.commit()


def test_a_good_draft_is_kept_with_where_each_sentence_stands_in_the_record(
    engine: Engine, settings: Settings
) -> None:
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
    found = version(engine, wanted.version_id)
    assert (found.number, found.origin, found.model, found.prompt, found.note) == (
        *(1, Origin.MODEL, "test-model", "1", ""),
    )
    assert found.sources == {"1": 1}
    rows = sentences(engine)
    assert [(row.section, row.text) for row in rows] == [line[:2] for line in GOOD]
    assert {row.section for row in rows} == {Section.LOOKS_AT, Section.WHY, Section.WHO}
    for row in rows:
        assert row.grade is not None
        assert row.spans
        assert all(holds(Span(**span), RECORD) for span in row.spans)


def test_a_spanish_draft_is_asked_for_in_spanish(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = drafted(BUENO)
    wanted = want(engine, settings, "es")
    assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
    assert b"Spanish" in model.calls[0].body
    assert [row.text for row in sentences(engine)] == [line[1] for line in BUENO]


def test_the_same_words_are_asked_for_once_whatever_came_of_them(
    engine: Engine, settings: Settings, source: ListedSource
) -> None:
    first = want(engine, settings)
    assert want(engine, settings) == Wanted(first.version_id, VersionState.WANTED, "", is_new=False)
    assert want(engine, settings, force=True).version_id == first.version_id
    draft(engine, settings, first.version_id)
    again = want(engine, settings)
    assert (again.version_id, again.state) == (first.version_id, VersionState.DRAFT)
    assert want(engine, settings, force=True).version_id != first.version_id
    assert want(engine, settings, "es").is_new
    other = settings.model_copy(update={"llm_model": "other-model"})
    assert want(engine, other).is_new
    source.records[0]["award_amount"] = 1
    run_sweep(engine, source, now=NOW + timedelta(weeks=1))
    assert not want(engine, settings).is_new
    source.records[0]["abstract_text"] += " We also study dogs."
    run_sweep(engine, source, now=NOW + timedelta(weeks=2))
    assert want(engine, settings).is_new


def test_a_draft_that_failed_is_not_asked_for_again_unless_forced(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = drafted((BAD,))
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.FAILED
    again = want(engine, settings)
    assert (again.state, again.is_new) == (VersionState.FAILED, False)
    assert "it may promise nothing: “cure”" in again.note
    assert draft(engine, settings, wanted.version_id) is None
    assert want(engine, settings, force=True).is_new


def test_what_breaks_a_rule_is_told_and_tried_once_more(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.replies = [drafted((*GOOD, BAD))]
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
    assert len(model.calls) == 2
    assert b"it may promise nothing" not in model.calls[0].body
    assert b"it may promise nothing" in model.calls[1].body
    assert version(engine, wanted.version_id).note == ""


def test_what_breaks_a_rule_twice_is_left_out_if_two_good_sentences_stay(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = drafted((*GOOD[:2], BAD))
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
    assert len(sentences(engine)) == 2
    note = version(engine, wanted.version_id).note
    assert "sentences left out: 1" in note
    assert "sentence 3: it may promise nothing" in note


def test_a_draft_of_which_one_good_sentence_stays_is_none(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = drafted((GOOD[0], BAD))
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.FAILED
    assert sentences(engine) == []
    assert version(engine, wanted.version_id).ended_at is not None


def test_an_answer_in_words_is_tried_once_more_and_then_given_up(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = spoken("I am sorry, I cannot do this.")
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.FAILED
    assert len(model.calls) == 2
    assert "the answer is no list of sentences" in version(engine, wanted.version_id).note


def test_a_model_that_cannot_answer_now_is_left_alone_and_asked_again(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.replies = [Reply(429, JSON | {"Retry-After": "300"}, b"{}")]
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.WANTED
    assert "status 429" in version(engine, wanted.version_id).note
    assert draft(engine, settings, wanted.version_id) is None
    with open_session(engine) as session:
        assert waiting_drafts(session, limit=10) == []
        held = session.get_one(Lease, lease_of(wanted.version_id))
    assert len(model.calls) == 1
    end_rest(engine)
    assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
    assert version(engine, wanted.version_id).note == ""
    assert held.expires_at is not None


def test_a_model_that_never_answers_is_given_up_after_some_tries(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = Reply(503, {"Retry-After": str(10 * LONGEST_REST.total_seconds())})
    wanted = want(engine, settings)
    states: list[VersionState | None] = []
    for _ in range(MOST_TRIES):
        states.append(draft(engine, settings, wanted.version_id))
        end_rest(engine)
    assert states == [VersionState.WANTED] * (MOST_TRIES - 1) + [VersionState.FAILED]
    assert "status 503; it was asked 4 times" in version(engine, wanted.version_id).note


def test_of_two_who_draft_at_once_one_asks(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    model.reply = Reply(200, JSON, drafted(GOOD).body, seconds=0.5)
    wanted = want(engine, settings)
    found: list[VersionState | None] = []
    both = [
        Thread(target=lambda: found.append(draft(engine, settings, wanted.version_id)))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(found, key=str) == [None, VersionState.DRAFT]
    assert len(model.calls) == 1


def test_a_draft_that_was_written_by_somebody_else_meanwhile_is_not_written_twice(
    engine: Engine, settings: Settings
) -> None:
    wanted = want(engine, settings)
    asking = make_drafter(settings)

    def slow(**question: str) -> object:
        end_rest(engine)
        assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
        return asking(**question)

    assert draft_page(engine, slow, wanted.version_id, now=NOW) is None  # pyright: ignore[reportArgumentType] - it asks by the same names
    assert len(sentences(engine)) == len(GOOD)


def test_a_draft_rests_on_what_the_record_says_when_it_is_written(
    engine: Engine, settings: Settings, source: ListedSource
) -> None:
    wanted = want(engine, settings)
    old = version(engine, wanted.version_id).source_hash
    source.records[0]["abstract_text"] = "New words. " + TEXTS["abstract_text"]
    run_sweep(engine, source, now=NOW + timedelta(weeks=1))
    draft(engine, settings, wanted.version_id)
    found = version(engine, wanted.version_id)
    assert found.sources == {"1": 2}
    assert found.source_hash != old


def test_recover_rings_for_what_is_wanted_while_there_is_a_model(
    engine: Engine, settings: Settings
) -> None:
    wanted = want(engine, settings)

    def rung(using: Settings) -> list[tuple[object, ...]]:
        bells = recover(engine, settings=using, is_idempotent=True, now=NOW, thorough=False)
        return [bell.arguments for bell in bells if bell.job is Job.PAGE_DRAFT]

    assert rung(settings) == [(wanted.version_id,)]
    assert rung(settings.model_copy(update={"llm_url": ""})) == []
    draft(engine, settings, wanted.version_id)
    assert rung(settings) == []


def test_a_record_that_is_too_long_is_cut_and_the_draft_says_so(
    engine: Engine, settings: Settings, source: ListedSource, model: EndpointServer
) -> None:
    source.records[0]["abstract_text"] += " Cells age and mice age too." * 600
    run_sweep(engine, source, now=NOW + timedelta(weeks=1))
    wanted = want(engine, settings)
    assert draft(engine, settings, wanted.version_id) is VersionState.DRAFT
    assert "passages at the end of the record were too many to send" in (
        version(engine, wanted.version_id).note
    )
    assert len(model.calls[0].body) < 20_000


def test_nothing_is_drafted_for_a_model_that_is_hidden(engine: Engine, settings: Settings) -> None:
    wanted = want(engine, settings)
    with open_session(engine) as session:
        row = HiddenModel(model="test-model", reason="it lies", hidden_by="eva", hidden_at=NOW)
        session.add(row)
        session.commit()
    assert draft(engine, settings, wanted.version_id) is None
    assert version(engine, wanted.version_id).state is VersionState.FAILED
    with pytest.raises(RejectedError, match="the model test-model is hidden: it lies"):
        want(engine, settings, force=True)


@pytest.mark.parametrize(
    ("changes", "key", "language", "words"),
    [
        ({"llm_url": ""}, KEY, "en", "drafts are off"),
        ({"llm_model": ""}, KEY, "en", "drafts are off"),
        ({"drafts_a_day": 0}, KEY, "en", "0 drafts were asked for in the last 24 hours"),
        ({}, "CA999999", "en", "we know no study CA999999"),
        ({}, KEY, "fr", "pages are written in en and es, not in fr"),
    ],
)
def test_what_cannot_be_drafted_is_refused_in_words(
    engine: Engine,
    settings: Settings,
    changes: dict[str, object],
    key: str,
    language: str,
    words: str,
) -> None:
    using = settings.model_copy(update=changes)
    with open_session(engine) as session, pytest.raises(RejectedError, match=words):
        want_draft(session, key, language, settings=using, now=NOW)
    with open_session(engine) as session:
        assert drafts_page(session, limit=10) == []


def test_a_day_has_only_so_many_drafts(engine: Engine, settings: Settings) -> None:
    few = settings.model_copy(update={"drafts_a_day": 1})
    assert want(engine, few).is_new
    with pytest.raises(RejectedError, match="TIDINGS_DRAFTS_A_DAY"):
        want(engine, few, "es")
    with open_session(engine) as session:
        later = NOW + timedelta(hours=25)
        assert want_draft(session, KEY, "es", settings=few, now=later).is_new


def test_a_record_without_texts_has_no_draft(
    engine: Engine, settings: Settings, source: ListedSource
) -> None:
    source.records[0] |= {"abstract_text": "", "phr_text": None}
    run_sweep(engine, source, now=NOW + timedelta(weeks=1))
    with pytest.raises(RejectedError, match="says too little for a draft"):
        want(engine, settings)


def test_what_the_language_model_is_told_holds_the_record_as_data_alone(
    engine: Engine, settings: Settings, model: EndpointServer
) -> None:
    wanted = want(engine, settings)
    draft(engine, settings, wanted.version_id)
    body = orjson.loads(model.calls[0].body)
    system, user = (message["content"] for message in body["messages"])
    assert RECORD["project_title"] not in system
    begin, *lines, end = user.splitlines()
    assert begin.removeprefix("<<<") == end.removesuffix(">>>")
    assert [line.split("]")[0] for line in lines] == [f"[{number}" for number in range(1, 10)]
