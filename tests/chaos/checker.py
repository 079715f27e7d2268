"""Judges a trial from its history and its rows; shares no code with what it judges."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel import Session
from tests.chaos import world
from tests.chaos.actors import SHORT, Stage
from tests.chaos.history import Event
from tests.chaos.mails import mails_of
from tests.chaos.trial import Outcome

Told = Mapping[str, frozenset[str]]
"""The studies that each reader is told of."""

AMBIGUOUS = ("smtp.dot:before", "smtp.dot:after", "smtp.reply:before", "smtp.reply:after")
"""Between the last byte and the note of its answer, nobody can know."""

GRACE = 0.5

ROWS_THAT_MUST_NOT_BE = {
    "a gap in the versions of an award": "SELECT a.appl_id FROM award a LEFT JOIN snapshot s "
    "ON s.appl_id = a.appl_id GROUP BY a.appl_id, a.version "
    "HAVING count(s.version) <> a.version OR max(s.version) <> a.version OR min(s.version) <> 1",
    "a change without its version": "SELECT c.id FROM change c LEFT JOIN snapshot s "
    "ON s.appl_id = c.appl_id AND s.version = c.version WHERE s.appl_id IS NULL",
    "two digests of one period": "SELECT subscriber_id FROM digest_run "
    "GROUP BY subscriber_id, cadence, period_end HAVING count(*) > 1",
    "two notices of one thing": "SELECT subscriber_id FROM notice "
    "GROUP BY subscriber_id, project_id, sweep_id HAVING count(*) > 1",
    "a message in the hands of the dead": "SELECT id FROM delivery WHERE state = 'sending'",
    "a dead letter": "SELECT id FROM delivery WHERE state = 'failed'",
    "a notice of an active reader that was not told": "SELECT n.id FROM notice n "
    "JOIN subscriber s ON s.id = n.subscriber_id "
    "WHERE s.state = 'active' AND n.state NOT IN ('told', 'skipped')",
    "a notice that is told by no sent mail": "SELECT n.id FROM notice n "
    "LEFT JOIN delivery d ON d.id = n.delivery_id "
    "WHERE n.state = 'told' AND (d.id IS NULL OR d.state <> 'sent')",
    "a page that counts twice": "SELECT sweep_id FROM sweep_page "
    'GROUP BY sweep_id, partition, "offset" HAVING count(*) > 1',
    "two live follows of one pair": "SELECT subscriber_id FROM follow WHERE ended_at IS NULL "
    "GROUP BY subscriber_id, project_id HAVING count(*) > 1",
}


def told_in(mails: Sequence[Event]) -> dict[str, frozenset[str]]:
    """Return the studies that each reader was told of."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for mail in mails:
        found[mail["to"]].update(mail["studies"])
    return {reader: frozenset(studies) for reader, studies in found.items()}


def repeats_in(mails: Sequence[Event]) -> int:
    """Return how many mails came again, or told what an earlier mail had told."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    names: Counter[str] = Counter()
    repeats = 0
    for mail in mails:
        names[mail["message_id"]] += 1
        new = set(mail["studies"]) - known[mail["to"]]
        retold = bool(mail["studies"]) and not new and mail["to"] in world.STEADY
        repeats += names[mail["message_id"]] > 1 or retold
        known[mail["to"]] |= new
    return repeats


def check(expected: Told, stage: Stage, session: Session, outcome: Outcome) -> None:
    """Add to the outcome whatever is not as it must be."""
    mails, history = mails_of(stage), stage.history.read()
    outcome.mails, outcome.copies = len(mails), repeats_in(mails)
    found = [
        *_untold(expected, mails),
        *_copies(outcome),
        *_after_leaving(stage, mails, history),
        *_surfaced(history),
        *_rows(session),
        *_newcomer(mails, session),
    ]
    outcome.violations += found


def _untold(expected: Told, mails: Sequence[Event]) -> Sequence[str]:
    told = told_in(mails)
    lost = {
        reader: sorted(studies - told.get(reader, frozenset()))
        for reader, studies in expected.items()
    }
    extra = {
        reader: sorted(told.get(reader, frozenset()) - studies)
        for reader, studies in expected.items()
    }
    return [f"{reader} was not told of {keys}" for reader, keys in lost.items() if keys] + [
        f"{reader} was told of {keys}" for reader, keys in extra.items() if keys
    ]


def _copies(outcome: Outcome) -> Sequence[str]:
    in_doubt = outcome.hit.random_kills or outcome.hit.point in AMBIGUOUS
    allowed = outcome.kills if in_doubt and outcome.sender == "smtp" else 0
    copies = outcome.copies
    return [f"{copies} copies, {allowed} allowed"] if copies > allowed else []


def _after_leaving(stage: Stage, mails: Sequence[Event], history: Sequence[Event]) -> Sequence[str]:
    done = [event["at"] for event in history if event["kind"] == "leave.done"]
    if not done:
        return ["nobody left"]
    if stage.env["TIDINGS_SENDER"] != "smtp":
        return []
    latest = done[0] + SHORT.total_seconds() + GRACE  # what was in hand by then may still arrive
    late = [
        mail["studies"]
        for mail in mails
        if mail["to"] == world.LEAVER and mail["studies"] and mail["at"] > latest
    ]
    return [f"told after leaving: {late}"] if late else []


def _surfaced(history: Sequence[Event]) -> Sequence[str]:
    broke = {event["error"] for event in history if event["kind"] == "broke"}
    locked = {
        event["error"]
        for event in history
        if event["kind"] == "failed" and "locked" in event["error"]
    }
    return [f"a process broke: {error}" for error in broke] + [
        f"a lock was not waited for: {error}" for error in locked
    ]


def _rows(session: Session) -> Sequence[str]:
    connection = session.connection()
    found = {
        what: connection.execute(text(ask)).all() for what, ask in ROWS_THAT_MUST_NOT_BE.items()
    }
    return [f"{what}: {[tuple(row) for row in rows][:5]}" for what, rows in found.items() if rows]


def _newcomer(mails: Sequence[Event], session: Session) -> Sequence[str]:
    asked = {mail["message_id"] for mail in mails if mail["mail"] == "confirm"}
    counts: dict[str, Any] = {
        "confirm mails": len(asked),
        "welcomes": len({mail["message_id"] for mail in mails if mail["mail"] == "welcome"}),
        "soft bounces": _count(session, "delivery_event WHERE kind = 'bounced_soft'"),
        "goodbyes": len({mail["message_id"] for mail in mails if mail["mail"] == "goodbye"}),
        "saved searches of the newcomer": _count(session, "saved_search WHERE text = 'asthma'"),
    }
    return [f"{count} {what}, not 1" for what, count in counts.items() if count != 1]


def _count(session: Session, of: str) -> int:
    statement = text(f"SELECT count(*) FROM {of}")  # noqa: S608 - written above
    return session.connection().execute(statement).scalar_one()
