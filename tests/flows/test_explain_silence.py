"""Why a reader was not told: each answer that there is, with the rows that lead to it."""

from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW
from explained import KEY, READER, WEEK, FailingSender, Town, swept_once, town_in
from sqlalchemy import Engine
from sqlmodel import delete, update

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.models import Delivery
from tidings.delivery.refusals import Refusal
from tidings.delivery.senders.base import LostReplyError
from tidings.delivery.suppression import Hold, Reason
from tidings.delivery.suppression_queries import put_hold
from tidings.errors import RejectedError, RetryableError
from tidings.flows.subscribe import subscribe
from tidings.flows.take_feedback import take_feedback
from tidings.notices.models import Notice, NoticeState
from tidings.notices.silences import Outcome
from tidings.projects.models import Award, Change, Project, Sweep, SweepState
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    Follow,
    Subscriber,
    SubscriberState,
)
from tidings.subscribers.tokens import Scope
from tidings.subscribers.wishes import Wish

TABLES = (Award, Change, Delivery, DigestSchedule, Follow, Match, Notice, Project, SavedSearch)


@pytest.fixture(scope="module")
def swept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a store that was read once."""
    return swept_once(sqlite_template, tmp_path_factory.mktemp("swept"))


@pytest.fixture
def town(swept: Path, tmp_path: Path, settings: Settings) -> Generator[Town]:
    """Give a store that was read once; answers differ by rows, the queries are the same."""
    with town_in(swept, tmp_path, settings) as made:
        yield made


def test_all_answers_of_a_reader_come_together_and_change_no_row(
    engine: Engine, settings: Settings
) -> None:
    town = Town(engine, settings).read()
    town.follow(Cadence.WEEKLY)
    for text in ("cells", "zebrafish", "change:end_cut", "state:MA cells"):
        town.save(text)
    town.end(Scope(town.enroll(), saved_search_id=1))
    town.source.records[0]["abstract_text"] = "We study zebrafish."
    town.cut()
    town.send(town.alert())
    before = [[row.model_dump() for row in town.rows(table)] for table in TABLES]
    found = town.why_not()
    assert [[row.model_dump() for row in town.rows(table)] for table in TABLES] == before
    assert (found.reader_id, found.project_key) == (1, KEY)
    assert [(one.about, one.outcome) for one in found.findings] == [
        ("follow (weekly)", Outcome.TOLD),
        ("search “My state:MA cells”", Outcome.NOT_MATCHED),
        ("search “My change:end_cut”", Outcome.TOLD),
        ("search “My zebrafish”", Outcome.TOLD),
        ("search “My cells”", Outcome.ENDED),
    ]


def sent(town: Town) -> None:
    town.cut()
    town.send(town.alert())


def came_back(town: Town) -> None:
    sent(town)
    (delivery,) = town.rows(Delivery)
    bounce = Feedback(
        FeedbackKind.BOUNCED,
        message_id=delivery.message_id,
        refusal=Refusal("4.2.2 mailbox full", "4.2.2"),
    )
    with open_session(town.engine) as session:
        take_feedback(session, bounce, settings=town.settings, now=town.now)


def written(town: Town) -> None:
    town.cut()
    town.alert()


def deferred(town: Town) -> None:
    town.cut()
    town.send(town.alert(), FailingSender(RetryableError("451 busy", after=timedelta(hours=1))))


def failed(town: Town) -> None:
    town.cut()
    town.send(town.alert(), FailingSender(RejectedError("550 no such user")))


def withheld(town: Town) -> None:
    written(town)
    town.change(update(Subscriber).values(state=SubscriberState.PENDING))
    (delivery,) = town.rows(Delivery)
    town.send(delivery.id)
    town.change(update(Subscriber).values(state=SubscriberState.ACTIVE))


def lost(town: Town) -> None:
    written(town)
    (delivery,) = town.rows(Delivery)
    for _ in range(2):  # an alert goes out once more
        town.send(delivery.id, FailingSender(LostReplyError("it hung up")))


def held_back(town: Town) -> None:
    town.cut()
    town.change(update(Notice).values(state=NoticeState.HELD))


def skipped(town: Town) -> None:
    town.cut()
    town.change(update(Notice).values(state=NoticeState.SKIPPED, skipped_reason="a test"))


def being_read(town: Town) -> None:
    town.pass_week(project_end_date="2026-11-20")
    town.change(update(Sweep).values(state=SweepState.RUNNING))


def held_as_storm(town: Town) -> None:
    town.pass_week(project_end_date="2026-11-20")
    town.change(update(Change).values(held_at=town.now))


def to_be_matched(town: Town) -> None:
    town.pass_week(project_end_date="2026-11-20")


def with_all(**values: Any) -> Callable[[Town], None]:
    def act(town: Town) -> None:
        for table in (Follow, SavedSearch):
            town.change(update(table).values(**values))
        town.cut()

    return act


def nothing(town: Town) -> None:
    town.weeks += 1


def cosmetic(town: Town) -> None:
    town.pass_week(cfda_code="311")
    town.match()


def unexplained(town: Town) -> None:
    town.cut()
    town.change(delete(Notice))


DELIVERY = "It is in delivery 1, which "
SEEN = "A change was seen on 30 Nov 2026, 12:00 UTC in sweep 2"


@pytest.mark.parametrize(
    ("act", "outcome", "words"),
    [
        (sent, Outcome.TOLD, f"{DELIVERY}was sent on 30 Nov 2026, 12:00 UTC."),
        (came_back, Outcome.RETURNED, "The mail came back: 4.2.2 mailbox full."),
        (written, Outcome.IN_MAIL, f"{DELIVERY}waits to be sent since 30 Nov 2026, 12:00 UTC."),
        (deferred, Outcome.DEFERRED, "is tried again on 30 Nov 2026, 13:00 UTC after 1 attempt: "),
        (failed, Outcome.FAILED, f"{DELIVERY}failed for good after 1 attempt: 550 no such user."),
        (withheld, Outcome.SUPPRESSED, "was held back: the reader's consent is pending."),
        (lost, Outcome.UNKNOWN, "was handed over and the answer was lost: it hung up."),
        (
            Town.cut,
            Outcome.WAITS_FOR_ALERT,
            "was noticed on 30 Nov 2026, 12:00 UTC and waits for its",
        ),
        (held_back, Outcome.HELD_BACK, "was noticed on 30 Nov 2026, 12:00 UTC and is held back."),
        (skipped, Outcome.SKIPPED, "It was noticed, and then skipped: a test."),
        (being_read, Outcome.BEING_READ, f"{SEEN}, which is not at its end yet."),
        (held_as_storm, Outcome.HELD_AS_STORM, f"{SEEN} and is held by the storm breaker"),
        (to_be_matched, Outcome.TO_BE_MATCHED, f"{SEEN} and waits to be matched."),
        (with_all(cadence=Cadence.PAUSED), Outcome.PAUSED, "It is paused."),
        (
            with_all(muted_until=NOW + 2 * WEEK),
            Outcome.MUTED,
            "It was muted until 7 Dec 2026, 12:00 UTC.",
        ),
        (nothing, Outcome.NO_CHANGE, "Nothing has changed since 23 Nov 2026."),
        (cosmetic, Outcome.COSMETIC, "details that are never told, last on 30 Nov 2026, 12:00 UTC"),
        (unexplained, Outcome.UNEXPLAINED, "should be told, and no notice of it is kept."),
    ],
)
def test_of_a_change_that_a_follow_and_a_search_ask_for(
    act: Callable[[Town], None], outcome: Outcome, words: str, town: Town
) -> None:
    town.follow()
    town.save("change:end_cut cells")
    act(town)
    answer = town.why_not()
    assert [one.outcome for one in answer.findings] == [outcome, outcome]
    followed, searched = answer.findings
    assert followed.about.startswith("follow (")
    assert searched.about == "search “My change:end_cut cells”"
    for finding in answer.findings:
        assert words in finding.words
        assert (finding.delivery_id is not None) == ("delivery" in finding.words)
    assert answer.is_explained == (outcome is not Outcome.UNEXPLAINED)


@pytest.mark.parametrize("repeats", [False, True])
def test_what_waits_for_a_digest_says_when_that_is_due(*, repeats: bool, town: Town) -> None:
    town.follow(Cadence.WEEKLY)
    town.cut()
    town.change(update(Notice).values(may_repeat=repeats))
    finding = town.answer()
    assert finding.outcome is Outcome.WAITS_FOR_DIGEST
    assert "the weekly digest, which is due 30 Nov 2026, 08:00 UTC." in finding.words
    assert ("its answer was lost" in finding.words) == repeats
    town.change(delete(DigestSchedule))
    assert "which has no due time yet." in town.answer().words


def test_what_has_ended_says_when_and_how(town: Town) -> None:
    follow_id, search_id = town.follow(), town.save("cells")
    town.save("nothing of the kind")
    unlike_id = town.save("zebrafish")
    reader = town.enroll()
    for part in (
        {"follow_id": follow_id},
        {"saved_search_id": search_id},
        {"saved_search_id": unlike_id},  # would not find it anyway: not worth a word
    ):
        town.end(Scope(reader, **part))
    ended, unlike, other = town.why_not().findings
    assert {ended.outcome, other.outcome} == {Outcome.ENDED}
    assert ended.words == "The reader stopped following it on 23 Nov 2026, 12:00 UTC (one click)."
    assert unlike.outcome is Outcome.NOT_MATCHED


def test_a_reader_who_ended_everything_is_said_first(town: Town) -> None:
    town.follow()
    town.end(Scope(town.enroll()))
    first, second = town.why_not().findings
    assert (first.outcome, second.outcome) == (Outcome.READER_ENDED, Outcome.ENDED)
    assert first.words == "The reader ended everything on 23 Nov 2026, 12:00 UTC (one click)."


def test_a_reader_who_has_not_confirmed_is_said_with_the_mail_that_asked(town: Town) -> None:
    with open_session(town.engine) as session:
        wish = Wish(follow_key=KEY)
        subscribe(
            session, wish, address=READER, time_zone="UTC", settings=town.settings, now=town.now
        )
    finding = town.answer()
    assert (finding.outcome, finding.delivery_id) == (Outcome.READER_PENDING, 1)
    assert "has not answered the confirm mail: delivery 1, which waits to be sent" in finding.words
    town.change(delete(Delivery))
    assert town.answer().words == "The reader has not answered the confirm mail."


def test_what_was_matched_without_consent_is_said_of_each_wish(town: Town) -> None:
    town.follow()
    town.change(update(Subscriber).values(state=SubscriberState.PENDING))
    town.cut()
    assert {one.outcome for one in town.why_not().findings} == {Outcome.READER_PENDING}


def test_an_address_that_gets_nothing_is_said(town: Town) -> None:
    town.follow()
    (reader,) = town.rows(Subscriber)
    with open_session(town.engine) as session:
        put_hold(session, reader.address_hash, Hold(Reason.HARD, town.now))
        session.commit()
    first, second = town.why_not().findings
    assert first.outcome is Outcome.ADDRESS_SUPPRESSED
    assert first.words == "The address gets nothing: there is no such address."
    assert second.outcome is Outcome.NO_CHANGE


def test_a_reader_who_asked_for_nothing_is_told_so(town: Town) -> None:
    town.enroll()
    assert town.answer().outcome is Outcome.NOTHING_ASKED


def test_a_project_that_no_sweep_brought_is_said(town: Town) -> None:
    town.enroll()
    finding = town.answer("xx999999")
    assert finding.outcome is Outcome.NEVER_SEEN
    assert finding.words == "No sweep has brought a project XX999999."


def test_a_cadence_that_was_changed_is_the_same_follow(town: Town) -> None:
    town.follow(Cadence.WEEKLY)
    town.cut()
    town.weeks += 1
    town.follow(Cadence.DAILY)
    assert town.answer().outcome is Outcome.WAITS_FOR_DIGEST


def test_who_began_to_follow_later_has_asked_for_nothing_before(town: Town) -> None:
    town.follow()
    sent(town)
    town.end(Scope(town.enroll(), follow_id=1))
    town.weeks += 1
    town.follow()
    finding = town.answer()
    assert (finding.outcome, finding.words) == (
        Outcome.NO_CHANGE,
        "Nothing has changed since 7 Dec 2026.",
    )


def test_the_newest_news_comes_first_and_older_news_only_if_it_was_not_told(town: Town) -> None:
    town.follow()
    sent(town)
    town.pass_week(award_amount=1)
    town.match()
    town.send(town.alert(), FailingSender(RejectedError("550 no")))
    town.pass_week(award_amount=500_000)
    town.match()
    outcomes = [one.outcome for one in town.why_not().findings]
    assert outcomes == [Outcome.WAITS_FOR_ALERT, Outcome.FAILED]


def test_every_answer_has_a_test() -> None:
    files = Path(__file__).parent.glob("test_explain_*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [one for one in Outcome if f"Outcome.{one.name}" not in source] == []


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("nobody@clinic.org", "nobody has asked for anything with this address"),
        ("no address", "no e-mail address"),
    ],
)
def test_an_address_that_we_do_not_know_is_refused(address: str, answer: str, town: Town) -> None:
    with pytest.raises(RejectedError, match=answer):
        town.why_not(reader=address)
