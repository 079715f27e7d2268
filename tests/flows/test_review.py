"""A draft is decided sentence by sentence, published whole, and can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from conftest import NOW
from drafts import Desk, accept_all, fill_desk, make_editor, page_now
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.begin_text import begin_text
from tidings.flows.hide_model import hide_model
from tidings.flows.publish_text import publish_text
from tidings.flows.reject_draft import reject_draft
from tidings.flows.review_draft import Review, review_draft
from tidings.flows.roll_back_text import roll_back_text
from tidings.flows.show_model import show_model
from tidings.flows.unpublish_text import unpublish_text
from tidings.pages.desk_queries import Shelf, shelf, shelf_counts
from tidings.pages.grounding import Section
from tidings.pages.models import Origin, PageVersion, Verdict, VersionState
from tidings.pages.published_queries import PublishedText, published_text
from tidings.pages.review_queries import sentences_of, spans_of, version_of
from tidings.pages.reviewing import MeanwhileError, UnfitError, Written
from tidings.subscribers.models import Editor
from tidings.upkeep.audit_log import verify_audit_log
from tidings.upkeep.models import AuditEntry


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return fill_desk(engine)


def written(session: Session, desk: Desk, **changed: str) -> dict[int, Written]:
    """Accept every sentence as it stands; the first is changed as said."""
    found = {
        stored_id(row.id): Written(
            row.text, tuple(span.text for span in spans_of(row)), Verdict.ACCEPTED
        )
        for row in sentences_of(session, desk.version_id)
    }
    first = next(iter(found))
    text, quote = changed.get("text", found[first].text), changed.get("quote")
    quotes = found[first].quotes if quote is None else tuple(quote.splitlines())
    verdict = Verdict(changed.get("verdict", Verdict.ACCEPTED))
    found[first] = Written(text, quotes, verdict)
    return found


def review(session: Session, desk: Desk, *, revision: int = 0, **changed: str) -> int:
    said = Review(revision, written(session, desk, **changed))
    return review_draft(session, desk.version_id, said, editor_id=desk.editor_id, now=NOW)


def publish(session: Session, desk: Desk, revision: int = 1) -> None:
    publish_text(session, desk.version_id, revision=revision, editor_id=desk.editor_id, now=NOW)


def seen(session: Session, desk: Desk) -> PublishedText:
    text = published_text(session, desk.project_id, "en")
    assert text is not None
    return text


def log(session: Session) -> list[str]:
    assert verify_audit_log(session) is None
    return [f"{one.action} {one.object}" for one in session.exec(select(AuditEntry))]


def test_what_is_accepted_and_published_is_what_readers_see_with_role_version_and_day(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        assert published_text(session, desk.project_id, "en") is None
        publish(session, desk, review(session, desk, text="Some tumors are stiff."))
        text = seen(session, desk)
        assert (text.number, text.role, text.reviewed_at) == (1, "patient advocate", NOW)
        assert (text.model, text.stale_count) == ("small-model", 0)
        assert [one.section for one in text.sentences] == ["looks_at", "looks_at", "why"]
        assert text.sentences[0].text == "Some tumors are stiff."
        assert text.sentences[0].spans[0].text == "cannot enter stiff"
        verdicts = [row.verdict for row in sentences_of(session, desk.version_id)]
        assert verdicts == [Verdict.EDITED, Verdict.ACCEPTED, Verdict.ACCEPTED]
        assert published_text(session, desk.project_id, "es") is None
        assert log(session) == ["text.publish CA000001 en version 1"]


def test_what_is_left_out_is_not_seen_and_stays_in_its_version(engine: Engine, desk: Desk) -> None:
    with open_session(engine) as session:
        publish(session, desk, review(session, desk, verdict=Verdict.REJECTED))
        assert len(seen(session, desk).sentences) == 2
        assert len(sentences_of(session, desk.version_id)) == 3


WRONG = (
    ({"quote": ""}, "needs words of the record"),
    ({"quote": "softer than silk"}, "does not say: “softer than silk”"),
    ({"text": "The team measures 121 tumors."}, "“121” is not in the words"),
    ({"text": "Stiff tumors have much TROP2."}, "“TROP2” is not in the words"),
    ({"text": " "}, "has no words"),
    ({"text": "x" * 601}, "longer than 600"),
)
"""What an editor may do to the first sentence, and what is said of it."""


def test_a_sentence_that_its_source_does_not_bear_cannot_be_accepted_and_nothing_is_saved(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        before = [(row.text, row.verdict) for row in sentences_of(session, desk.version_id)]
        first = str(sentences_of(session, desk.version_id)[0].id)
        for changed, fault in WRONG:
            with pytest.raises(UnfitError) as caught:
                review(session, desk, revision=0, **changed)
            assert list(caught.value.faults) == [first]
            assert fault in " ".join(caught.value.faults[first])
        session.expire_all()
        rows = sentences_of(session, desk.version_id)
        assert [(row.text, row.verdict) for row in rows] == before


def test_an_editor_may_choose_other_words_of_the_record_however_its_lines_are_broken(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        review(session, desk, quote="Immune cells\tcannot  enter stiff tumors.")
        (span,) = spans_of(sentences_of(session, desk.version_id)[0])
        assert (span.field, span.start, span.text) == (
            "abstract_text",
            0,
            "Immune cells cannot enter stiff tumors.",
        )


def test_an_editor_adds_a_sentence_that_quotes_its_source(engine: Engine, desk: Desk) -> None:
    said = Written("They then soften the tumors.", ("soften them",), Verdict.ACCEPTED, Section.WHY)
    with open_session(engine) as session:
        both = Review(0, written(session, desk), said)
        revision = review_draft(session, desk.version_id, both, editor_id=desk.editor_id, now=NOW)
        publish(session, desk, revision)
        assert seen(session, desk).sentences[-1].text == "They then soften the tumors."


def test_a_sentence_that_an_editor_adds_without_a_source_is_refused(
    engine: Engine, desk: Desk
) -> None:
    unfounded = Review(0, {}, Written("It works.", (), Verdict.ACCEPTED))
    with open_session(engine) as session:
        with pytest.raises(UnfitError) as caught:
            review_draft(session, desk.version_id, unfounded, editor_id=desk.editor_id, now=NOW)
        assert list(caught.value.faults) == ["new"]
        assert len(sentences_of(session, desk.version_id)) == 3


@pytest.mark.parametrize(
    ("verdict", "why"),
    [(Verdict.PENDING, "Still to be decided: sentence 1, 2, 3"), (Verdict.REJECTED, "no sentence")],
)
def test_nothing_is_published_that_is_not_decided_or_is_empty(
    engine: Engine, desk: Desk, verdict: Verdict, why: str
) -> None:
    with open_session(engine) as session:
        for row in sentences_of(session, desk.version_id):
            row.verdict = verdict
        session.commit()
        with pytest.raises(RejectedError, match=why):
            publish(session, desk, 0)
        assert published_text(session, desk.project_id, "en") is None
        assert log(session) == []


def test_a_sentence_without_a_source_that_holds_cannot_be_published_and_is_named(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        accept_all(session, desk.version_id)
        rows = sentences_of(session, desk.version_id)
        rows[0].spans = []
        rows[2].spans = [{**rows[2].spans[0], "text": "never said"}]
        session.commit()
        with pytest.raises(RejectedError) as caught:
            publish(session, desk, 0)
    assert "sentence 1: it needs words of the record" in str(caught.value)
    assert "sentence 3: the record does not say any more: “never said”" in str(caught.value)
    assert "sentence 2" not in str(caught.value)


def test_of_two_editors_the_second_is_told_and_overwrites_nothing(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        review(session, desk, text="Some tumors are stiff.")
        with pytest.raises(MeanwhileError, match="changed by the patient advocate on 23 Nov 2026"):
            review(session, desk, text="Tumors are stiff.")
        with pytest.raises(MeanwhileError):
            reject(session, desk)
        with pytest.raises(MeanwhileError):
            publish(session, desk, 0)
        session.expire_all()
        assert sentences_of(session, desk.version_id)[0].text == "Some tumors are stiff."
        publish(session, desk)
        with pytest.raises(MeanwhileError, match="was published by the patient advocate"):
            review(session, desk, revision=1)


def test_of_editors_who_save_at_the_same_moment_one_is_heard_and_the_others_are_told(
    engine: Engine, desk: Desk
) -> None:
    together = Barrier(3)

    def save(number: int) -> str:
        with open_session(engine) as session:
            said = Review(0, written(session, desk, text=f"Tumors are stiff{'!' * number}"))
            session.rollback()
            together.wait()
            try:
                review_draft(session, desk.version_id, said, editor_id=desk.editor_id, now=NOW)
            except MeanwhileError:
                return "told"
            return f"Tumors are stiff{'!' * number}"

    with ThreadPoolExecutor(3) as pool:
        done = sorted(pool.map(save, range(3)), key=lambda one: one == "told")
    assert done[1:] == ["told", "told"]
    with open_session(engine) as session:
        assert sentences_of(session, desk.version_id)[0].text == done[0]
        assert session.get_one(PageVersion, desk.version_id).revision == 1


def reject(session: Session, desk: Desk, reason: str = "not plain") -> None:
    reject_draft(
        session,
        desk.version_id,
        reason=reason,
        revision=0,
        editor_id=desk.editor_id,
        now=NOW,
    )


def test_a_draft_is_rejected_as_a_whole_for_a_reason_that_is_kept(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        with pytest.raises(RejectedError, match="say why"):
            reject(session, desk, " ")
        reject(session, desk)
        version = session.get_one(PageVersion, desk.version_id)
        assert (version.state, version.note) == (VersionState.REJECTED, "not plain")
        assert version.reviewer_role == "patient advocate"
        assert shelf_counts(session)[Shelf.DRAFTS] == 0
        assert log(session) == ["text.reject CA000001 en version 1: not plain"]


def test_a_text_is_written_from_nothing_without_any_model(engine: Engine, desk: Desk) -> None:
    with open_session(engine) as session:
        number = begin_text(session, desk.project_id, "es", editor_id=desk.editor_id, now=NOW)
        again = begin_text(session, desk.project_id, "es", editor_id=desk.editor_id, now=NOW)
        assert (number, again) == (1, 1)
        version = version_of(session, page_now(session, "es").id, 1)
        assert version is not None
        assert (version.origin, version.model) == (Origin.EDITOR, "")
        said = Written("Miden 120 tumores.", ("how stiff 120 tumors",), Verdict.ACCEPTED)
        own = desk._replace(version_id=stored_id(version.id))
        revision = review_draft(
            session, own.version_id, Review(0, {}, said), editor_id=desk.editor_id, now=NOW
        )
        publish(session, own, revision)
        text = published_text(session, desk.project_id, "es")
        assert text is not None
        assert (text.model, text.sentences[0].text) == ("", "Miden 120 tumores.")


def test_an_earlier_version_is_published_again_under_a_number_of_its_own(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        publish(session, desk, review(session, desk))
        number = begin_text(session, desk.project_id, "en", editor_id=desk.editor_id, now=NOW)
        second = version_of(session, page_now(session).id, number)
        assert second is not None
        own = desk._replace(version_id=stored_id(second.id))
        publish(session, own, review(session, own, text="Tumors are stiff."))
        assert seen(session, desk).sentences[0].text == "Tumors are stiff."
        made = roll_back(session, desk, seen_no=2)
        assert (made, seen(session, desk).number) == (3, 3)
        assert seen(session, desk).sentences[0].text.startswith("Some tumors are stiff and")
        with pytest.raises(MeanwhileError, match="Readers see version 3 now"):
            roll_back(session, desk, seen_no=2)
        states = [version_state(session, number) for number in (1, 2, 3)]
        assert states == ["replaced", "replaced", "published"]
        assert log(session)[-1] == "text.roll_back CA000001 en version 1 again, as version 3"


def roll_back(session: Session, desk: Desk, *, seen_no: int | None) -> int:
    return roll_back_text(
        session, desk.version_id, seen_no=seen_no, editor_id=desk.editor_id, now=NOW
    )


def version_state(session: Session, number: int) -> VersionState:
    version = version_of(session, page_now(session).id, number)
    assert version is not None
    return version.state


def test_a_text_is_taken_off_for_a_reason_and_can_be_published_again(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        publish(session, desk, review(session, desk))
        for reason, error in (("", "say why"), ("wrong study", "")):
            if error:
                with pytest.raises(RejectedError, match=error):
                    unpublish(session, desk, reason)
            else:
                unpublish(session, desk, reason)
        assert published_text(session, desk.project_id, "en") is None
        with pytest.raises(MeanwhileError, match="Readers see no version now"):
            unpublish(session, desk, "again")
        assert roll_back(session, desk, seen_no=None) == 2
        assert seen(session, desk).number == 2
        assert "text.unpublish CA000001 en version 1: wrong study" in log(session)


def unpublish(session: Session, desk: Desk, reason: str) -> None:
    unpublish_text(session, desk.version_id, reason=reason, editor_id=desk.editor_id, now=NOW)


def test_what_a_hidden_model_wrote_is_on_no_page_and_on_no_shelf_until_it_is_shown(
    engine: Engine, desk: Desk
) -> None:
    other = "CA000002"
    with open_session(engine) as session:
        publish(session, desk, review(session, desk))
        draft = begin_text(session, desk.project_id, "en", editor_id=desk.editor_id, now=NOW)
        assert shelf_counts(session)[Shelf.DRAFTS] == 1
        with pytest.raises(RejectedError, match="say why"):
            hide(session, desk, "")
        assert hide(session, desk)
        assert not hide(session, desk, "once more")
        assert published_text(session, desk.project_id, "en") is None
        assert shelf(session, Shelf.DRAFTS) == []
        version = version_of(session, page_now(session).id, draft)
        assert version is not None
        with pytest.raises(RejectedError, match="small-model is hidden"):
            publish(session, desk._replace(version_id=stored_id(version.id)), 0)
        fresh = begin_text(session, desk.project_id, "en", editor_id=desk.editor_id, now=NOW)
        own = version_of(session, page_now(session).id, fresh)
        assert own is not None
        assert (own.model, len(sentences_of(session, own.id))) == ("", 0)
        show_model(session, "small-model", editor_id=desk.editor_id)
        assert seen(session, desk).number == 1
        with pytest.raises(RejectedError, match="not hidden"):
            show_model(session, "small-model", editor_id=desk.editor_id)
        with pytest.raises(RejectedError, match="No text is by this model"):
            hide_model(session, other, reason="x", editor_id=desk.editor_id, now=NOW)
        assert log(session)[1:] == ["model.hide small-model: lies", "model.show small-model"]


def hide(session: Session, desk: Desk, reason: str = "lies") -> bool:
    return hide_model(session, "small-model", reason=reason, editor_id=desk.editor_id, now=NOW)


def test_an_editor_who_was_ended_meanwhile_changes_nothing(engine: Engine, desk: Desk) -> None:
    with open_session(engine) as session:
        session.get_one(Editor, desk.editor_id).ended_at = NOW
        session.commit()
        for act in (review, reject, hide):
            with pytest.raises(RejectedError, match="no editor any more"):
                act(session, desk)
        make_editor(session, desk.reader_id, "nurse")
