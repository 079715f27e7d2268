"""Judges a soak from what the mail server noted and from the rows."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session
from tests.chaos import world
from tests.chaos.checker import ROWS_THAT_MUST_NOT_BE
from tests.chaos.history import Event, History
from tests.chaos.traffic import Traffic

from tidings.sandbox.running import Sandbox
from tidings.subscribers.addresses import AddressBook

AFTER_LEAVING = 11.0
"""Seconds: the lease of what was in hand when a reader left, and one more."""

MOVED = (
    "SELECT p.key, count(DISTINCT c.sweep_id) FROM change c "
    "JOIN project p ON p.id = c.project_id JOIN follow f ON f.project_id = p.id "
    "WHERE c.severity <> 'quiet' AND f.subscriber_id = :reader GROUP BY p.key"
)
"""How often each study moved that a reader follows, by the changes alone."""


def mails_in(history: History) -> Sequence[Event]:
    """Return what arrived."""
    return [event for event in history.read() if event["kind"] == "mail"]


def check(engine: Engine, history: History, _sandbox: Sandbox, traffic: Traffic) -> list[str]:
    """Return whatever is not as it must be."""
    mails = mails_in(history)
    with Session(engine) as session:
        found = [
            *_lost(session, mails, world.EAGER, traffic, at_once=True),
            *_lost(session, mails, world.WEEKLY, traffic, at_once=False),
            *_doubled(session, mails),
            *_rows(session),
        ]
    return found + _after_leaving(mails, traffic)


def _lost(
    session: Session, mails: Sequence[Event], reader: str, traffic: Traffic, *, at_once: bool
) -> list[str]:
    """Compare what moved with what a follower was told: once each, or at all by a digest."""
    name = AddressBook(traffic.settings.secret).hash(reader)
    ask = text("SELECT id FROM subscriber WHERE address_hash = :name")
    number = session.connection().execute(ask, {"name": name}).scalar_one()
    rows = session.connection().execute(text(MOVED), {"reader": number}).all()
    moved: dict[str, int] = {row[0]: row[1] for row in rows}
    told: defaultdict[str, set[str]] = defaultdict(set)
    for mail in mails:
        if mail["to"] == reader:
            for key in mail["studies"]:
                told[key].add(mail["message_id"])
    wrong = {
        key: (times, len(told[key]))
        for key, times in moved.items()
        if (len(told[key]) != times if at_once else not told[key])
    }
    strange = sorted(set(told) - set(moved))
    nothing = [] if moved else [f"nothing moved for {reader}: nothing was proven"]
    return (
        nothing
        + [f"{reader}: (moved, told) {wrong}"] * bool(wrong)
        + [f"{reader} was told of {strange}"] * bool(strange)
    )


def _doubled(session: Session, mails: Sequence[Event]) -> list[str]:
    """Allow a copy of a mail for each time its hand-over was in doubt."""
    counts = Counter(mail["message_id"] for mail in mails)
    ask = text(
        "SELECT d.message_id, count(*) FROM delivery d JOIN delivery_event e "
        "ON e.delivery_id = d.id WHERE e.kind = 'unknown' GROUP BY d.message_id"
    )
    doubts: dict[str, int] = {row[0]: row[1] for row in session.connection().execute(ask)}
    over = {name: n for name, n in counts.items() if n > 1 + doubts.get(name, 0)}
    return [f"copies beyond doubt: {over}"] if over else []


def _rows(session: Session) -> list[str]:
    connection = session.connection()
    found = {
        what: connection.execute(text(ask)).all() for what, ask in ROWS_THAT_MUST_NOT_BE.items()
    }
    return [f"{what}: {[tuple(row) for row in rows][:5]}" for what, rows in found.items() if rows]


def _after_leaving(mails: Sequence[Event], traffic: Traffic) -> list[str]:
    left = {one.address: one.left_at for one in traffic.visitors if one.left_at}
    late = [
        (mail["to"], mail["studies"])
        for mail in mails
        if mail["studies"]
        and mail["mail"] != "confirm"
        and mail["to"] in left
        and mail["at"] > left[mail["to"]] + AFTER_LEAVING
    ]
    return [f"told after leaving: {late}"] if late else []


def totals(
    kind: str,
    engine: Engine,
    history: History,
    faults: Mapping[str, int],
    recoveries: Sequence[float],
    wrong: Sequence[str],
) -> str:
    """Return everything in one line."""
    mails = mails_in(history)
    names = {mail["message_id"] for mail in mails}
    with Session(engine) as session:
        doubts = _count(session, "delivery_event WHERE kind = 'unknown'")
        notices = _count(session, "notice")
        sweeps = _count(session, "sweep WHERE state = 'complete'")
    worst = max(recoveries, default=0.0)
    return (
        f"soak on {kind}: {sum(faults.values())} faults, {sweeps} sweeps, {notices} notices, "
        f"{len(mails)} mails, {len(mails) - len(names)} copies ({doubts} in doubt), "
        f"recovery median {median(recoveries or [0]):.1f} s, worst {worst:.1f} s, "
        f"{len(wrong)} violations"
    )


def _count(session: Session, rows: str) -> Any:
    statement = text(f"SELECT count(*) FROM {rows}")  # noqa: S608 - written above
    return session.connection().execute(statement).scalar_one()
