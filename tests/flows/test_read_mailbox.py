"""Returned mail waits in a mailbox: each message is read once, and none is lost."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import NOW
from imap_server import ImapServer, running_imap
from outbox import alerts, row, send, trail
from pydantic import SecretStr, ValidationError
from returned_mail import complaint, letter, original, report
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.intake import unsubscribe_address
from tidings.delivery.mailboxes.base import Fate, Mailbox
from tidings.delivery.mailboxes.make import make_mailbox
from tidings.delivery.models import DeliveryState
from tidings.delivery.quarantine import count_unreadable
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.make import inbox_folder
from tidings.delivery.verp import return_path
from tidings.errors import RejectedError, RetryableError
from tidings.flows.read_mailbox import Reading, read_mailbox
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.subscribers.tokens import mail_token
from tidings.upkeep.queries import tallies

DOMAIN = "bounce.tidings.example"


@pytest.fixture
def signed(settings: Settings) -> Settings:
    return settings.model_copy(update={"bounce_domain": DOMAIN})


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "returned"
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


@pytest.fixture
def imap() -> Generator[ImapServer]:
    with running_imap() as running:
        yield running


def opened(settings: Settings, url: str) -> Mailbox:
    mailbox = make_mailbox(settings.model_copy(update={"mailbox_url": SecretStr(url)}))
    assert mailbox is not None
    return mailbox


def read(engine: Engine, settings: Settings, url: str) -> Reading:
    with closing(opened(settings, url)) as mailbox:
        return read_mailbox(engine, mailbox, settings=settings, now=NOW)


def sent(engine: Engine, session: Session, settings: Settings, count: int) -> list[int]:
    ids = alerts(session, settings, count)
    session.close()
    send(engine, CaptureSender(inbox_folder(settings)), ids, settings)
    return ids


def every_kind(engine: Engine, session: Session, settings: Settings) -> list[bytes]:
    """Return one message of each kind, of three mails that were sent."""
    first, second, third = sent(engine, session, settings, 3)
    back = [return_path(settings.secret, one, DOMAIN) for one in (first, second, 999)]
    mail = row(engine, third)
    token = mail_token(settings.secret, mail.subscriber_id, mail.message_id)
    farewell = unsubscribe_address(token, DOMAIN, "digest-daily").partition("?")[0]
    return [
        report(to=back[0]),
        complaint(returned=original(return_path=back[1])),
        letter(to=farewell, Subject="digest-daily"),
        letter(to=back[0], Auto_Submitted="auto-replied"),
        report(to=back[0].replace("b+1.", "b+2.")),
        letter(to=f"unsubscribe+x{token}@{DOMAIN}"),
        report(to=back[2]),
        letter(Subject="Please help me"),
    ]


KINDS = {
    "bounced": 1,
    "complained": 1,
    "farewell": 1,
    "automatic": 1,
    "forged": 2,
    "unknown": 1,
    "unreadable": 1,
}


def test_a_maildir_is_read_once_and_shows_what_became_of_each(
    engine: Engine, session: Session, signed: Settings, maildir: Path
) -> None:
    for number, raw in enumerate(every_kind(engine, session, signed)):
        place = f"new/{number}.host" if number % 2 else f"cur/{number}.host:2,"
        (maildir / place).write_bytes(raw)
    reading = read(engine, signed, f"maildir://{maildir}")
    assert reading.kinds == KINDS
    assert read(engine, signed, f"maildir://{maildir}").kinds == {}
    found = {fate: len(list((maildir / f".{fate.value}" / "cur").iterdir())) for fate in Fate}
    assert found == {Fate.READ: 3, Fate.IGNORED: 4, Fate.UNREADABLE: 1}
    assert count_unreadable(signed.unreadable_dir) == 1
    assert [trail(engine, one)[-1] for one in (1, 2, 3)] == [
        "bounced_hard",
        "complained",
        "accepted",
    ]
    with open_session(engine) as reading_session:
        states = {reading_session.get_one(Subscriber, number).state for number in (1, 2, 3)}
        counted = {one.name: one.count for one in tallies(reading_session, prefix="intake.")}
    assert states == {SubscriberState.ENDED}
    assert counted == {f"intake.{kind}": count for kind, count in KINDS.items()}
    (goodbye,) = reading.goodbyes
    assert row(engine, goodbye).state is DeliveryState.PENDING


def test_a_mailbox_behind_imap_is_read_once_and_flags_what_a_human_must_see(
    engine: Engine, session: Session, signed: Settings, imap: ImapServer
) -> None:
    imap.put(*every_kind(engine, session, signed))
    assert read(engine, signed, imap.url).kinds == KINDS
    assert read(engine, signed, imap.url).kinds == {}
    assert imap.flags[1] == {"\\Seen", "tidings_read"}
    assert imap.flags[4] == {"\\Seen", "tidings_ignored"}
    assert imap.flags[8] == {"\\Flagged", "tidings_unreadable"}


def test_a_message_that_was_not_settled_is_read_again_and_nothing_comes_of_it(
    engine: Engine, session: Session, signed: Settings, imap: ImapServer
) -> None:
    (one,) = sent(engine, session, signed, 1)
    imap.put(report(to=return_path(signed.secret, one, DOMAIN)))
    imap.broken = "STORE"
    with pytest.raises(RetryableError, match="cannot read the mailbox at 127"):
        read(engine, signed, imap.url)
    imap.broken = ""
    assert read(engine, signed, imap.url).kinds == {"bounced_again": 1}
    assert trail(engine, one) == ["accepted", "bounced_hard"]


@pytest.mark.parametrize("trouble", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_a_mailbox_that_cannot_be_reached_is_asked_again_later(
    sqlite_engine: Engine, signed: Settings, imap: ImapServer, trouble: str
) -> None:
    imap.put(letter())
    imap.broken = trouble
    with pytest.raises(RetryableError, match="cannot read the mailbox"):
        read(sqlite_engine, signed, imap.url)


@pytest.mark.parametrize(
    ("change", "words"),
    [(("p%2Fss", "wrong"), "error"), (("INBOX", "OTHER"), "error")],
)
def test_a_wrong_password_or_folder_is_said_without_telling_it(
    sqlite_engine: Engine, signed: Settings, imap: ImapServer, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(RetryableError, match=words) as error:
        read(sqlite_engine, signed, imap.url.replace(*change))
    assert "wrong" not in str(error.value)


def test_a_maildir_that_is_not_there_is_asked_again_later(
    sqlite_engine: Engine, signed: Settings, tmp_path: Path
) -> None:
    with pytest.raises(RetryableError, match="cannot read the mailbox: No such file"):
        read(sqlite_engine, signed, f"maildir://{tmp_path}/none")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("maildir://", "whole path"),
        ("maildir://var/mail", "whole path"),
        ("imaps://host/INBOX", "user:password"),
        ("imaps://user@host/INBOX", "user:password"),
        ("imap://user:password@mail.example/INBOX", "use imaps"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused(
    settings: Settings, url: str, words: str
) -> None:
    with pytest.raises(RejectedError, match=words):
        make_mailbox(settings.model_copy(update={"mailbox_url": SecretStr(url)}))


def test_without_a_mailbox_there_is_none_and_other_kinds_are_refused(settings: Settings) -> None:
    assert make_mailbox(settings) is None
    with pytest.raises(ValidationError, match="begins with one of maildir, imaps"):
        Settings(mailbox_url=SecretStr("pop3://host"))
