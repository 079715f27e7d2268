"""A store whose every text means harm, and the mails that come of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from html.parser import HTMLParser

from conftest import NOW
from sources import ListedSource, Record, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from tests.mail.naive import parsed, parts_of
from tests.mail.payloads import ALL
from weeks import World

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.endpoints import MOST_ENDPOINTS, OffReason, switch_off
from tidings.delivery.models import Delivery, DeliveryKind, Endpoint, EndpointKind
from tidings.delivery.queries import add_delivery
from tidings.delivery.senders.base import Mail
from tidings.flows.add_endpoint import EndpointWish, add_endpoint
from tidings.flows.save_search import save_search
from tidings.flows.subscribe import subscribe
from tidings.flows.write_letter import open_desk
from tidings.flows.write_mail import Recipient, recipient_of, write_mail
from tidings.keys import message_id
from tidings.subscribers.models import Cadence, Follow, Subscriber
from tidings.subscribers.wishes import Wish

HARMLESS = "Harmless words"
GROUP = 8
"""Texts of one reader: more follows that are told at once than this are one mail."""

FEW = 3
"""Texts of a reader who gets a mail about each, and whose welcome shows all of them."""

_FILL = -len(ALL) % (GROUP * FEW) + GROUP * FEW
TEXTS: Sequence[str] = (*ALL.values(), *(f"{HARMLESS} {n}" for n in range(_FILL)))
"""Every text, then harmless ones, so that the last reader has nothing else."""

TYPED: Sequence[str] = tuple(text.encode("utf-8", "replace").decode() for text in TEXTS)
"""The same as a form can bring them: there is no half of a character in UTF-8."""

_VARIES = re.compile(r"CA\d+|[A-Za-z0-9_-]{40,}|\d+")


def build(engine: Engine, settings: Settings) -> World:
    """Sweep a source twice whose records say the texts in every field that a mail shows."""
    count = len(TEXTS)
    old = [_record(n + 1, text) for n, text in enumerate(TEXTS)]
    world = World(
        engine, settings.model_copy(update={"roll_up_after": GROUP - 1}), ListedSource(old)
    )
    world.sweep()
    for start in range(0, count, GROUP):
        places = range(start, start + GROUP)
        for cadence in (Cadence.WEEKLY, Cadence.IMMEDIATE):
            reader = world.reader(f"{cadence}{start}")
            world.follow(reader, *(f"CA{n + 1:06d}" for n in places), cadence=cadence)
            if cadence is Cadence.WEEKLY:
                _save(world, reader, places)
            _annotate(world, reader, places)
    for start in range(0, count, FEW):
        places = range(start, start + FEW)
        reader = world.reader(f"alerts{start}")
        world.follow(reader, *(f"CA{n + 1:06d}" for n in places), cadence=Cadence.IMMEDIATE)
        _save(world, reader, places, Cadence.IMMEDIATE)
        _annotate(world, reader, places)
    for place, text in enumerate(TEXTS):
        world.source.records[place] |= _changed(place + 1, text)
    world.source.records += [_record(count + n + 1, text, n) for n, text in enumerate(TEXTS)]
    world.sweep()
    return world


def _record(number: int, text: str, marker: int | None = None) -> Record:
    lines = filter(None, map(str.strip, text.splitlines()))
    words = "\n".join(lines)  # an empty line would begin a paragraph, as it may
    said = words if marker is None else f"{words} marker{marker}x {words}"
    return record(
        number,
        project_title=text,
        abstract_text=said,
        phr_text=words,
        contact_pi_name=text,
        principal_investigators=[
            {"profile_id": 1, "full_name": text, "is_contact_pi": True, "title": text},
            {"profile_id": 2, "full_name": f"B {text}", "is_contact_pi": False, "title": ""},
        ],
        organization={
            "org_name": f"{text} {number}",
            "org_state": text,
            "org_city": text,
            "org_country": text,
        },
        agency_ic_admin={"code": "CA", "abbreviation": text, "name": text},
        spending_categories_desc=text,
    )


def _changed(number: int, text: str) -> Record:
    return {
        "project_title": f"Now {text}",
        "contact_pi_name": f"Now {text}",
        "organization": {"org_name": f"{text} at {number}", "org_city": text},
        "project_end_date": "2026-11-20",
    }


def _save(world: World, reader: int, places: range, cadence: Cadence = Cadence.WEEKLY) -> None:
    with open_session(world.engine) as session:
        for place in places:
            save_search(
                session,
                subscriber_id=reader,
                name=TYPED[place],
                text=f"marker{place}x",
                cadence=cadence,
                now=world.now,
            )


def _annotate(world: World, reader: int, places: range) -> None:
    with open_session(world.engine) as session:
        follows = session.exec(
            select(Follow).where(col(Follow.subscriber_id) == reader).order_by(col(Follow.id))
        ).all()
        for follow, place in zip(follows, places, strict=True):
            follow.note = TYPED[place]
        session.commit()


def disable_endpoints(world: World) -> list[int]:
    """Let a webhook of each name be switched off; return the mails that tell of it."""
    made: list[int] = []
    with open_session(world.engine) as session:
        readers = list(world.readers.values())
        for place, text in enumerate(TYPED):
            reader = readers[place // MOST_ENDPOINTS]
            wish = EndpointWish(EndpointKind.WEBHOOK, f"https://hook{place}.example/", text)
            added = add_endpoint(
                session, wish, subscriber_id=reader, settings=world.settings, now=NOW
            )
            row = session.get_one(Endpoint, added.id)
            switch_off(row, OffReason.GONE, now=NOW)
            made.append(deliver_later(session, DeliveryKind.ENDPOINT_DISABLED, reader, place, row))
        session.commit()
    return made


def welcome(world: World) -> list[int]:
    """Put the mails into the outbox that show what a reader follows and searches for."""
    with open_session(world.engine) as session:
        few = [reader for name, reader in world.readers.items() if name.startswith("alerts")]
        made = [deliver_later(session, DeliveryKind.WELCOME, reader) for reader in few]
        session.commit()
    return made


def ask_to_confirm(world: World) -> list[int]:
    """Let somebody type addresses at the form, each with a group of studies."""
    with open_session(world.engine) as session:
        made = [
            subscribe(
                session,
                Wish(follow_key=f"CA{place + 1:06d}", search_text="cells"),
                address=f"new{place // GROUP}@clinic.org",
                time_zone="UTC",
                settings=world.settings,
                now=world.now,
            )
            for place in range(len(TEXTS))
        ]
    return [number for number in made if number is not None]


def deliver_later(
    session: Session,
    kind: DeliveryKind,
    reader: int,
    place: int = 0,
    endpoint: Endpoint | None = None,
) -> int:
    """Put a mail of a kind into the outbox."""
    key = f"{kind}:{reader}:{place}"
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=reader,
        kind=kind,
        due_at=NOW,
        now=NOW,
        message_id=message_id(key, "tidings.example"),
    )
    assert delivery is not None
    delivery.endpoint_id = endpoint.id if endpoint else None
    return stored_id(delivery.id)


MANY = frozenset({DeliveryKind.CHANGE_ALERT, DeliveryKind.ENDPOINT_DISABLED})
"""Kinds that have a mail for each text."""


@dataclass(frozen=True)
class Written:
    """A finished mail, whom it is for and in which language."""

    delivery: Delivery
    mail: Mail
    to: str
    language: str

    @cached_property
    def message(self) -> EmailMessage:
        """The mail as a mail program reads it."""
        return parsed(self.mail.data)

    @cached_property
    def parts(self) -> dict[str, str]:
        """What its parts say, by their types."""
        return parts_of(self.message)


def write_all(world: World, ids: Sequence[int]) -> Iterator[Written]:
    """Give each of these mails in both languages, or in one and its neighbour in the other."""
    with open_session(world.engine) as session:
        rows = session.exec(
            select(Delivery).where(col(Delivery.id).in_(ids)).order_by(col(Delivery.id))
        ).all()
        readers = {row.subscriber_id for row in rows}
        for turn, language in enumerate(("en", "es")):
            for reader in readers:
                session.get_one(Subscriber, reader).language = language
            desk = open_desk(session, rows, world.settings)
            for row in rows:
                if row.kind in MANY and stored_id(row.id) % 2 != turn:
                    continue
                recipient = recipient_of(session, row, world.settings, now=world.now)
                assert isinstance(recipient, Recipient)
                mail = write_mail(row, desk.letter(row), recipient, world.settings)
                yield Written(row, mail, recipient.address, language)
        session.expunge_all()


class Skeleton(HTMLParser):
    """All of a page that is no text: what it is made of and where it leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[object, ...]] = []
        self.targets: list[str] = []
        self.names: set[str] = set()
        self.kinds: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element with its attributes."""
        self.names.add(tag)
        self.kinds.add((tag, *(name for name, _ in attrs)))
        self.targets += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        said = [(name, same(value or "")) for name, value in attrs if name not in SAYING]
        self.parts.append((tag, *said, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Note an end."""
        self.parts.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        """Note a comment, of which nothing of ours has one that is seen."""
        self.parts.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        """Note a declaration."""
        self.parts.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        """Note what looks like a section of XML."""
        self.parts.append(("unknown", data))

    def handle_pi(self, data: str) -> None:
        """Note a processing instruction."""
        self.parts.append(("instruction", data))


SAYING = frozenset({"aria-label", "title", "value", "alt"})
"""Attributes whose values may be a record's own words."""


def skeleton(html: str) -> Skeleton:
    """Read a page."""
    read = Skeleton()
    read.feed(html)
    read.close()
    return read


def same(words: str) -> str:
    """Return words without what differs from one mail of ours to another."""
    return _VARIES.sub("#", " ".join(words.split()))
