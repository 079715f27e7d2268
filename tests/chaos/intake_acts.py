"""What the scenarios of returned mail do, and how they are judged."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlmodel import Session
from tests.chaos import acts, world
from tests.chaos.scene import Scene
from tests.imap_server import running_imap
from tests.returned_mail import complaint

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.mailboxes.make import make_mailbox
from tidings.delivery.models import Suppression
from tidings.delivery.verp import return_path
from tidings.flows.read_mailbox import read_mailbox
from tidings.flows.release_address import release_address
from tidings.flows.suppress_address import suppress_address
from tidings.flows.take_feedback import take_feedback
from tidings.subscribers.addresses import AddressBook

MAIL = 1
DOMAIN = "bounce.readers.example"


def send_a_mail(scene: Scene, engine: Engine) -> None:
    """Have a mail sent: the goodbye of the first who left."""
    acts.write_goodbyes(scene, engine)
    with open_session(engine) as session:
        session.connection().execute(
            text("UPDATE delivery SET state = 'sent', sent_at = created_at")
        )
        session.commit()


def let_a_complaint_arrive(scene: Scene, engine: Engine) -> None:
    """Put a complaint about it into a Maildir."""
    send_a_mail(scene, engine)
    for part in ("new", "cur", "tmp"):
        (_maildir(scene) / part).mkdir(parents=True)
    (_maildir(scene) / "new" / "1.host").write_bytes(_complaint(scene))


def read_maildir(scene: Scene, engine: Engine) -> None:
    """Read the Maildir."""
    _read(scene, engine, f"maildir://{_maildir(scene)}")


def read_imap(scene: Scene, engine: Engine) -> None:
    """Read the same complaint over IMAP, from a server that remembers nothing."""
    with running_imap() as imap:
        imap.put(_complaint(scene))
        _read(scene, engine, imap.url)


def is_noted_once(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the complaint was noted once, and whether nothing waits any more."""
    yield from acts.counts(
        session,
        {
            "delivery_event WHERE kind = 'complained'": 1,
            "suppression WHERE reason = 'complaint'": 1,
        },
    )
    if list(_maildir(scene).glob("new/*")):
        yield "the message was not put away"


def let_an_address_rest(scene: Scene, engine: Engine) -> None:
    """Let the address of somebody who was sent a mail rest, since before that."""
    send_a_mail(scene, engine)
    now = machine_now()
    with open_session(engine) as session:
        name = AddressBook(scene.settings.secret).hash(world.LEAVER)
        since, until = now - timedelta(hours=2), now + timedelta(hours=22)
        session.add(Suppression(address_hash=name, reason="soft", since=since, until=until))
        session.commit()


def hear_of_an_arrival(scene: Scene, engine: Engine) -> None:
    """Hear that a mail to it arrived."""
    with open_session(engine) as session:
        arrived = Feedback(FeedbackKind.DELIVERED, delivery_id=MAIL)
        take_feedback(session, arrived, settings=scene.settings, now=machine_now())


def suppress(scene: Scene, engine: Engine) -> None:
    """Let an address get nothing."""
    with open_session(engine) as session:
        suppress_address(
            session, world.LEAVER, actor="eva", settings=scene.settings, now=machine_now()
        )


def release(scene: Scene, engine: Engine) -> None:
    """Let it get mail again."""
    with open_session(engine) as session:
        release_address(session, world.LEAVER, actor="eva", settings=scene.settings)


def gets_nothing(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether it gets nothing, and whether that was written down once."""
    yield from acts.counts(session, {"suppression": 1, "audit_entry": 1})


def gets_mail(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether nothing keeps mail from it."""
    yield from acts.counts(session, {"suppression": 0})


def _read(scene: Scene, engine: Engine, url: str) -> None:
    settings = scene.settings.model_copy(update={"mailbox_url": SecretStr(url)})
    mailbox = make_mailbox(settings)
    assert mailbox is not None
    read_mailbox(engine, mailbox, settings=settings, now=machine_now())
    mailbox.close()


def _complaint(scene: Scene) -> bytes:
    return complaint(mail_from=return_path(scene.settings.secret, MAIL, DOMAIN))


def _maildir(scene: Scene) -> Path:
    return scene.folder / "returned"
