"""One mail of every kind that readers get, written and sent as the product does, and its links."""

import re
from collections.abc import Iterator
from datetime import timedelta

from builders import make_notice
from saving import saved_search
from site_of_tests import KEY, LATER, Filled
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, Endpoint, EndpointKind
from tidings.delivery.queries import add_delivery
from tidings.delivery.senders.capture import CapturedMail, CaptureSender, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.mail_secret import mail_secret
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.reasons import REASONS, Reason, SearchReason
from tidings.projects.models import Change
from tidings.projects.queries import project_by_key
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Cadence, EndedReason, Follow, TokenPurpose
from tidings.subscribers.tokens import Scope
from tidings.subscribers.wishes import Wish

FOUND = "CA000002"
LINK = re.compile(r'href="(http[^"]+)"')


def every_mail(engine: Engine, settings: Settings, filled: Filled) -> list[CapturedMail]:
    """Send the reader one mail of every kind, and another reader the last; return all captured."""
    with open_session(engine) as session:
        ids = [
            *_telling(session, settings, filled),
            *_asking(session, settings, filled.subscriber_id),
        ]
        ids += [_goodbye(session, settings)]
        session.commit()
    folder = inbox_folder(settings)
    deliver(engine, CaptureSender(folder), ids, settings=settings, owner="test", now=LATER)
    return Inbox(folder).newest()


def links_of(mail: CapturedMail) -> Iterator[str]:
    """Give every link of a mail, those of its header as well."""
    yield from LINK.findall(mail.html)
    if header := mail.headers["List-Unsubscribe"]:
        yield from re.findall(r"<(http[^>]+)>", str(header))


def _telling(session: Session, settings: Settings, filled: Filled) -> Iterator[int]:
    reader = filled.subscriber_id
    saved = saved_search(session, reader, "cells")
    follow = session.exec(select(Follow).where(col(Follow.subscriber_id) == reader)).one()
    found = project_by_key(session, FOUND)
    assert found
    session.flush()
    find = SearchReason(
        saved_search_id=stored_id(saved.id),
        appl_id=found.current_appl_id,
        version=1,
        clauses=(),
    )
    changes = tuple(stored_id(one.id) for one in session.exec(select(Change)) if one.before)
    for kind in (DeliveryKind.DIGEST, DeliveryKind.ROLL_UP, DeliveryKind.HEARTBEAT):
        mail = _add(session, settings, reader, kind)
        yield stored_id(mail.id)
        if kind is not DeliveryKind.HEARTBEAT:
            _tell(session, make_notice(session, follow), mail, change_ids=changes)
            other = make_notice(session, follow, project_id=found.id)
            _tell(session, other, mail, reasons=(find,))
        session.add(
            DigestRun(
                subscriber_id=reader,
                cadence=Cadence.WEEKLY if kind is DeliveryKind.DIGEST else Cadence.MONTHLY,
                period_start=LATER - timedelta(weeks=1, hours=len(kind)),
                period_end=LATER - timedelta(hours=len(kind)),
                state=DigestRunState.COMPOSED,
                delivery_id=mail.id,
                started_at=LATER,
            )
        )
    yield stored_id(_add(session, settings, reader, DeliveryKind.WELCOME).id)


def _tell(
    session: Session,
    notice: Notice,
    mail: Delivery,
    *,
    change_ids: tuple[int, ...] = (),
    reasons: tuple[Reason, ...] = (),
) -> None:
    given = reasons or tuple(
        one.model_copy(update={"change_ids": change_ids})
        for one in REASONS.validate_python(notice.reasons)
    )
    notice.reasons = REASONS.dump_python(given, mode="json")
    notice.state, notice.delivery_id = NoticeState.BUNDLED, mail.id
    session.add(notice)


def _asking(session: Session, settings: Settings, reader: int) -> Iterator[int]:
    new = AddressBook(settings.secret).seal("new@clinic.org")
    wish = Wish(follow_key=KEY, search_text="cells")
    for purpose, address in (
        (TokenPurpose.CONFIRM, None),
        (TokenPurpose.SIGN_IN, None),
        (TokenPurpose.CHANGE_ADDRESS, new),
    ):
        wishes = [wish] if purpose is TokenPurpose.CONFIRM else []
        yield mail_secret(
            session,
            reader,
            purpose,
            settings=settings,
            now=settings.clock.now(),
            wishes=wishes,
            address=address,
        )
    yield stored_id(_add(session, settings, reader, DeliveryKind.ADDRESS_CHANGED, address=new).id)
    endpoint = Endpoint(
        subscriber_id=reader,
        kind=EndpointKind.WEBHOOK,
        address=b"",
        created_at=LATER,
        disabled_at=LATER,
        disabled_reason="untested",
    )
    session.add(endpoint)
    session.flush()
    mail = _add(session, settings, reader, DeliveryKind.ENDPOINT_DISABLED)
    mail.endpoint_id = endpoint.id
    yield stored_id(mail.id)


def _goodbye(session: Session, settings: Settings) -> int:
    leaver = enroll(session, "leaver@clinic.org", time_zone="UTC", settings=settings, now=LATER)
    reason = EndedReason.UNSUBSCRIBED
    mail = unsubscribe(session, Scope(leaver), reason=reason, settings=settings, now=LATER)
    assert mail
    return mail


def _add(
    session: Session,
    settings: Settings,
    reader: int,
    kind: DeliveryKind,
    address: bytes | None = None,
) -> Delivery:
    key = f"test:{kind}"
    mail = add_delivery(
        session,
        key=key,
        subscriber_id=reader,
        kind=kind,
        message_id=keys.message_id(key, settings.mail_domain),
        due_at=LATER,
        now=LATER,
        address=address,
    )
    assert mail
    return mail
