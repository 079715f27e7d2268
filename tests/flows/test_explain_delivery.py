"""Why a mail was sent: every study with its reasons, and what became of the mail."""

import re
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW
from explained import KEY, READER, WEEK, FailingSender, Town, swept_once, town_in
from sources import record
from sqlalchemy import Engine
from sqlmodel import delete, update

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.models import Delivery, DeliveryEventKind, DeliveryKind, DeliveryState
from tidings.delivery.refusals import Refusal
from tidings.delivery.senders.base import LostReplyError
from tidings.errors import RejectedError, RetryableError, TidingsError
from tidings.flows.confirm import confirm
from tidings.flows.explain_delivery import OCCASIONS
from tidings.flows.subscribe import subscribe
from tidings.flows.take_feedback import take_feedback
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.accounts import FollowAccount, SearchAccount
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS, SearchReason
from tidings.projects.models import Award, Change, ChangeKind
from tidings.projects.queries import canonical_at
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.models import Match
from tidings.searches.readback import in_words
from tidings.subscribers.models import Cadence, EndedReason, Subscriber, SubscriberState, Token
from tidings.subscribers.tokens import Scope, open_token
from tidings.subscribers.wishes import Wish


@pytest.fixture(scope="module")
def swept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a store that was read once."""
    return swept_once(sqlite_template, tmp_path_factory.mktemp("swept"))


@pytest.fixture
def town(swept: Path, tmp_path: Path, settings: Settings) -> Generator[Town]:
    """Give a store that was read once; answers differ by rows, the queries are the same."""
    with town_in(swept, tmp_path, settings) as made:
        yield made


def test_of_a_follow_it_says_since_when_and_what_changed_from_what_to_what(town: Town) -> None:
    follow_id = town.follow()
    town.cut()
    found = town.why(town.send(town.alert()))
    (study,) = found.studies
    (reason,) = study.reasons
    assert isinstance(reason, FollowAccount)
    assert (reason.follow_id, reason.since, reason.cadence) == (follow_id, NOW, "immediate")
    (line,) = reason.changes
    assert (line.label, line.was, line.now) == ("End date", "31 Dec 2029", "20 Nov 2026")
    assert (study.key, study.sweep_id, study.swept_at) == (KEY, 2, NOW + WEEK)
    assert found.why == "The reader asked to be told of this at once."
    assert (found.kind, found.state) == (DeliveryKind.CHANGE_ALERT, DeliveryState.SENT)
    assert found.standing == "was sent on 30 Nov 2026, 12:00 UTC"
    assert [event.kind for event in found.events] == [DeliveryEventKind.ACCEPTED]


def test_of_a_search_it_says_what_held_where_and_that_it_holds_again(town: Town) -> None:
    saved_id = town.save('"cells that remember" state:AZ NOT mice', Cadence.WEEKLY)
    town.source.records.append(record(3, project_title="T cells that remember"))
    town.pass_week()
    town.match()
    found = town.why(town.digest(after=WEEK))
    (study,) = found.studies
    (reason,) = study.reasons
    assert isinstance(reason, SearchAccount)
    assert (reason.saved_search_id, reason.appl_id, reason.version) == (saved_id, 3, 1)
    assert reason.text == '"cells that remember" state:AZ NOT mice'
    assert reason.canonical == '"cells that remember" AND NOT mice AND state:"AZ"'
    text, state = reason.clauses
    assert (text.clause, text.field) == ('"cells that remember"', "Title")
    assert text.means == in_words(parse('"cells that remember"'))
    assert [text.excerpt[start:end] for start, end in text.spans] == ["cells that remember"]
    assert (state.clause, state.excerpt) == ('state:"AZ"', "AZ")
    assert all(clause.holds_again for clause in reason.clauses)
    assert [line.kind for line in reason.changes] == [ChangeKind.NEW_PROJECT]
    assert found.why.startswith("The weekly digest of 23 Nov 2026 to ")


def test_a_clause_is_evaluated_again_on_the_version_that_was_told(town: Town) -> None:
    town.save("zebrafish")
    town.pass_week(abstract_text="We study zebrafish.")
    town.match()
    delivery_id = town.alert()
    town.pass_week(abstract_text="We study mice.")
    (study,) = town.why(delivery_id).studies
    (reason,) = study.reasons
    assert isinstance(reason, SearchAccount)
    assert [clause.holds_again for clause in reason.clauses] == [True]
    town.change(update(Notice).values(reasons=[_other_clause(town)]))
    (study,) = town.why(delivery_id).studies
    (reason,) = study.reasons
    assert isinstance(reason, SearchAccount)
    assert [clause.holds_again for clause in reason.clauses] == [False]


def _other_clause(town: Town) -> dict[str, object]:
    (notice,) = town.rows(Notice)
    (reason,) = notice.reasons
    return reason | {"clauses": [{"clause": "mice", "field": "abstract_text"}]}


def test_all_reasons_of_all_studies_of_a_digest_are_said(
    engine: Engine, settings: Settings
) -> None:
    town = Town(engine, settings).read()
    town.follow(Cadence.WEEKLY)
    town.save("change:end_cut", Cadence.WEEKLY)
    town.save("vaccine amount<100000", Cadence.WEEKLY)
    town.source.records[1]["award_amount"] = 50_000
    town.cut()
    first, second = town.why(town.digest(after=WEEK)).studies
    assert [type(reason) for reason in first.reasons] == [FollowAccount, SearchAccount]
    assert [type(reason) for reason in second.reasons] == [SearchAccount]


def test_who_was_told_of_bad_news_by_a_search_is_told_of_its_end_by_clauses_that_held(
    town: Town,
) -> None:
    town.save("change:end_cut cells")
    town.cut()
    town.send(town.alert())
    town.pass_week(project_end_date="2029-12-31")
    town.match()
    (study,) = town.why(town.alert()).studies
    (reason,) = study.reasons
    assert isinstance(reason, SearchAccount)
    assert [line.kind for line in reason.changes] == [ChangeKind.REVERSED]
    assert all(clause.holds_again for clause in reason.clauses)


def test_every_clause_that_was_kept_is_true_of_the_version_that_it_names(town: Town) -> None:
    for text in ("cells", "zebra*", "change:extended state:AZ", "fy>=2026 NOT vaccine", "pi:wu"):
        town.save(text)
    town.source.records.append(record(3))
    town.pass_week(terms="<zebrafish>", project_end_date="2030-06-30")
    town.match()
    town.pass_week(project_title="Nothing of the kind", terms=None)
    town.match()
    reasons = [
        reason
        for notice in town.rows(Notice)
        for reason in REASONS.validate_python(notice.reasons)
        if isinstance(reason, SearchReason)
    ]
    kept: list[tuple[int, int, list[dict[str, Any]], set[str]]] = [
        (match.appl_id, match.version, match.clauses, set()) for match in town.rows(Match)
    ]
    kinds = {change.id: change.kind for change in town.rows(Change)}
    for reason in reasons:
        happened = {kinds[one] for one in reason.change_ids}
        clauses = [clause.model_dump() for clause in reason.clauses]
        kept.append((reason.appl_id, reason.version, clauses, happened))
    assert len(kept) > 10
    with town.reading() as session:
        for appl_id, version, clauses, happened in kept:
            award = session.get_one(Award, appl_id)
            document = Document(canonical_at(session, award, version), happened)
            assert clauses
            assert all(holds(parse_canonical(hit["clause"]), document) for hit in clauses)


def test_what_was_found_is_highlighted_in_both_parts_of_the_mail(town: Town) -> None:
    town.save("abstract:zebrafish")
    town.pass_week(abstract_text="We study stripes & <b>zebrafish</b>.")
    town.match()
    town.send(town.alert())
    (mail,) = town.inbox.newest()
    assert "*zebrafish*" in mail.text
    assert re.search(r"<b [^>]*>zebrafish</b>", mail.html)
    assert "stripes &amp; &lt;b&gt;" in mail.html


@pytest.mark.parametrize(
    ("error", "state", "standing"),
    [
        (
            RetryableError("451 busy"),
            DeliveryState.DEFERRED,
            r"is tried again on 30 Nov 2026, 12:0\d UTC after 1 attempt: 451 busy",
        ),
        (RejectedError("550 no"), DeliveryState.FAILED, "failed for good after 1 attempt: 550 no"),
        (
            LostReplyError("it hung up"),
            DeliveryState.UNKNOWN,
            "was handed over and the answer was lost: it hung up",
        ),
    ],
)
def test_why_it_did_not_arrive_is_said(
    error: TidingsError, state: DeliveryState, standing: str, town: Town
) -> None:
    town.follow()
    town.cut()
    delivery_id = town.send(town.alert(), FailingSender(error))
    if state is DeliveryState.UNKNOWN:  # an alert goes out once more
        assert town.why(delivery_id).standing.startswith("waits to be sent since 30 Nov 2026")
        town.send(delivery_id, FailingSender(error))
    found = town.why(delivery_id)
    assert found.state is state
    assert re.fullmatch(standing, found.standing)
    assert found.events[0].detail == str(error)


def test_a_mail_that_is_held_back_says_why_and_that_it_tells_nothing(town: Town) -> None:
    follow_id = town.follow()
    town.cut()
    delivery_id = town.alert()
    (reader,) = town.rows(Subscriber)
    with open_session(town.engine) as session:
        scope = Scope(reader.id, follow_id=follow_id)
        unsubscribe(
            session, scope, reason=EndedReason.UNSUBSCRIBED, settings=town.settings, now=town.now
        )
    found = town.why(delivery_id)
    assert found.standing == "was held back: unsubscribed"
    assert found.studies == ()
    assert found.why.endswith("It tells nothing: what it was to tell was withdrawn.")


def test_a_digest_that_may_be_lost_says_that_its_studies_come_again(town: Town) -> None:
    town.follow(Cadence.WEEKLY)
    town.cut()
    delivery_id = town.digest(after=WEEK)
    town.send(delivery_id, FailingSender(LostReplyError("it hung up")))
    found = town.why(delivery_id)
    assert found.why.endswith("What it told comes once more in the next digest.")
    (study,) = town.why(town.digest(after=2 * WEEK)).studies
    assert study.may_repeat


def test_a_mail_in_hand_and_one_that_came_back_say_so(town: Town) -> None:
    town.follow()
    town.cut()
    delivery_id = town.send(town.alert())
    with open_session(town.engine) as session:
        bounce = Feedback(
            FeedbackKind.BOUNCED,
            message_id=town.why(delivery_id).message_id,
            refusal=Refusal("5.1.1 no such user", "5.1.1"),
        )
        take_feedback(session, bounce, settings=town.settings, now=town.now)
    assert town.why(delivery_id).events[-1].detail == "5.1.1 no such user"
    town.change(update(Delivery).values(state=DeliveryState.SENDING, attempts=2))
    assert town.why(delivery_id).standing == "is being sent, attempt 2"


def ask(town: Town, wish: Wish) -> int:
    """Let somebody type the address."""
    with open_session(town.engine) as session:
        made = subscribe(
            session, wish, address=READER, time_zone="UTC", settings=town.settings, now=town.now
        )
    assert made is not None
    return made


def test_a_confirm_mail_says_what_was_asked_for_and_what_became_of_it(town: Town) -> None:
    asked = ask(town, Wish(follow_key=KEY, search_text="cells"))
    began = (
        "The address was typed at Tidings on 23 Nov 2026, 12:00 UTC to ask for news of study "
        "CA000001 and what the search 'cells' finds (weekly); "
    )
    assert town.why(asked).why == f"{began}the link lasts until 25 Nov 2026, 12:00 UTC."
    (delivery,) = town.rows(Delivery)
    secret = open_token(town.settings.secret, delivery.secret)
    with open_session(town.engine) as session:
        confirm(session, secret, settings=town.settings, now=town.now + timedelta(hours=1))
    assert town.why(asked).why == f"{began}confirmed on 23 Nov 2026, 13:00 UTC."
    town.change(delete(Token))
    assert town.why(asked).why.endswith("what was asked for then is no longer kept.")


def test_a_goodbye_says_when_and_how_the_reader_ended_it(town: Town) -> None:
    reader = town.enroll()
    with open_session(town.engine) as session:
        made = unsubscribe(
            session,
            Scope(reader),
            reason=EndedReason.ONE_CLICK,
            settings=town.settings,
            now=town.now,
        )
    assert made is not None
    ended = "The reader ended everything on 23 Nov 2026, 12:00 UTC"
    assert town.why(made).why == f"{ended} (one click)."
    town.change(update(Subscriber).values(state=SubscriberState.ACTIVE, ended_at=None))
    assert town.why(made).why == f"{ended}."


def test_every_kind_of_mail_that_tells_no_notice_says_its_occasion(town: Town) -> None:
    reader = town.enroll()
    with open_session(town.engine) as session:
        made = unsubscribe(
            session,
            Scope(reader),
            reason=EndedReason.ONE_CLICK,
            settings=town.settings,
            now=town.now,
        )
    assert made is not None

    said: dict[DeliveryKind, str] = {}
    for kind in OCCASIONS:
        town.change(update(Delivery).values(kind=kind))
        said[kind] = town.why(made).why

    assert said == OCCASIONS


def test_a_delivery_that_is_not_there_is_refused(town: Town) -> None:
    with pytest.raises(RejectedError, match="there is no delivery 7"):
        town.why(7)
