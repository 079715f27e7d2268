"""Whatever a record, a name or an address says, a mail, a page and a table say it and do nothing.

Each is held to the same with harmless words in it: the same headers, elements, links and lines.
"""

import csv
import json
import re
import shutil
from collections.abc import Generator, Sequence
from dataclasses import replace
from email.utils import getaddresses
from io import StringIO
from pathlib import Path

import pytest
from conftest import NOW
from members import Member
from reading import read_calendar, read_feed
from relay import running_relay
from site_of_tests import Visitor
from sqlmodel import Session
from tests.mail.hostile import (
    GROUP,
    HARMLESS,
    TEXTS,
    Skeleton,
    Written,
    ask_to_confirm,
    build,
    disable_endpoints,
    same,
    skeleton,
    welcome,
    write_all,
)
from tests.mail.naive import parsed
from tests.mail.payloads import ADDRESSES, ALL, EVIL
from weeks import World

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.delivery.senders.smtp import Relay, SmtpSender
from tidings.errors import RejectedError
from tidings.flows.request_address_change import request_address_change
from tidings.flows.subscribe import subscribe
from tidings.flows.write_letter import write_letter
from tidings.flows.write_mail import Recipient, recipient_of, write_mail
from tidings.notices.letters import DigestLetter
from tidings.rendering.message import checked_address
from tidings.subscribers.tokens import mail_token
from tidings.subscribers.wishes import Wish
from tidings.web.app import create_app

pytestmark = pytest.mark.timeout(180)  # to store all texts takes a busy machine a minute

SITE = "https://tidings.example"
LIVE = frozenset(
    [
        "script",
        "style",
        "img",
        "svg",
        "math",
        "iframe",
        "frame",
        "form",
        "input",
        "button",
        "base",
        "object",
        "embed",
        "video",
        "audio",
        "link",
        "textarea",
        "plaintext",
        "xmp",
        "noscript",
        "template",
        "table",
        "details",
        "select",
    ]
)
"""Elements that do something or take all that follows; ours have one style, of the layout."""

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(sqlite_template, folder / "tidings.db")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    settings = Settings(data_dir=folder / "data", mail_from="news@tidings.example", site_url=SITE)
    yield build(engine, settings)
    engine.dispose()


@pytest.fixture(scope="module")
def mails(world: World) -> Sequence[Written]:
    """Give every mail that can carry such texts, in both languages."""
    alerts = [*world.alerts(), *world.alerts()]  # a hundred readers a call
    made = [*world.digests(), *alerts, *disable_endpoints(world), *welcome(world)]
    return list(write_all(world, [*made, *ask_to_confirm(world)]))


def of_kind(mails: Sequence[Written], kind: DeliveryKind, language: str) -> list[Written]:
    """Return the mails of a kind, of which the last says harmless words alone."""
    found = [one for one in mails if (one.delivery.kind, one.language) == (kind, language)]
    return sorted(found, key=lambda one: one.delivery.id or 0)


KINDS = (
    DeliveryKind.DIGEST,
    DeliveryKind.ROLL_UP,
    DeliveryKind.CHANGE_ALERT,
    DeliveryKind.ENDPOINT_DISABLED,
    DeliveryKind.WELCOME,
    DeliveryKind.CONFIRM,
)
both_languages = pytest.mark.parametrize("language", ["en", "es"])
each_kind = pytest.mark.parametrize("kind", KINDS)


def test_there_are_more_than_two_hundred_texts_and_all_are_different() -> None:
    assert len(set(ALL.values())) == len(ALL) >= 200
    assert len(set(ADDRESSES.values())) == len(ADDRESSES) >= 100


@each_kind
@both_languages
def test_a_mail_has_its_own_headers_and_parts_and_one_recipient(
    mails: Sequence[Written], kind: DeliveryKind, language: str
) -> None:
    found = of_kind(mails, kind, language)
    assert len(found) >= len(TEXTS) / GROUP
    names = found[-1].message.keys()
    assert len(set(names)) == len(names)
    for one in found:
        message = one.message
        assert message.keys() == names
        assert [part.defects for part in message.walk()] == [[], [], []]
        assert list(one.parts) == ["text/plain", "text/html"]
        assert getaddresses([str(message["To"])]) == [("", one.to)]
        assert one.mail.to == one.to
        head = one.mail.data.partition(b"\r\n\r\n")[0].replace(one.to.encode(), b"")
        assert EVIL.encode() not in head
        assert one.mail.data.count(b"\n") == one.mail.data.count(b"\r\n")
        assert one.mail.data.count(b"\r") == one.mail.data.count(b"\r\n")


@each_kind
@both_languages
def test_html_has_the_elements_and_links_that_it_has_with_harmless_words(
    mails: Sequence[Written], kind: DeliveryKind, language: str
) -> None:
    found = of_kind(mails, kind, language)
    wanted = {tuple(skeleton(html_of(one)).parts) for one in found if is_harmless(one)}
    for one in found:
        read = skeleton(html_of(one))
        assert tuple(read.parts) in wanted
        assert read.names & LIVE == {"style"}
        assert all(target.startswith(SITE) for target in read.targets)
        assert not TURNING.search(html_of(one))


@each_kind
@both_languages
def test_text_has_the_lines_that_it_has_with_harmless_words(
    mails: Sequence[Written], kind: DeliveryKind, language: str
) -> None:
    found = of_kind(mails, kind, language)
    wanted = [lines_of(text_of(one)) for one in found if is_harmless(one)]
    for one in found:
        lines = lines_of(text_of(one))
        assert any(matches(lines, right) for right in wanted), text_of(one)
        assert not TURNING.search(text_of(one))


def html_of(one: Written) -> str:
    return one.parts["text/html"]


def text_of(one: Written) -> str:
    return one.parts["text/plain"]


def is_harmless(one: Written) -> bool:
    return HARMLESS in (text := text_of(one)) and "evil" not in text and "alert(" not in text


def lines_of(text: str) -> list[str]:
    """Return lines as all programs that look at mail see them."""
    return ["=" if set(line) == {"="} else same(line) for line in text.splitlines()]


def matches(lines: Sequence[str], wanted: Sequence[str]) -> bool:
    """Say whether all lines are there, and are the same but for the words of records."""
    return len(lines) == len(wanted) and all(
        HARMLESS in right or line == right for line, right in zip(lines, wanted, strict=True)
    )


def test_a_subject_is_one_line_whatever_a_search_is_called(
    world: World, mails: Sequence[Written]
) -> None:
    digest = of_kind(mails, DeliveryKind.DIGEST, "en")[-1]
    with open_session(world.engine) as session:
        letter = write_letter(session, digest.delivery, world.settings)
    assert isinstance(letter, DigestLetter)
    names = digest.message.keys()
    for text in TEXTS:
        small = replace(letter, followed=(), searches=(), subject=f"1 study: {text} end")
        mail = write_mail(digest.delivery, small, Recipient(digest.to, "en"), world.settings)
        message = parsed(mail.data)
        subject = str(message["Subject"])
        assert (message.keys(), message.defects) == (names, [])
        assert (subject[:9], subject[-4:]) == ("1 study: ", " end")
        assert subject.splitlines() == [subject]
        assert not TURNING.search(subject)


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_refused_or_gets_one_mail_alone(world: World, name: str) -> None:
    settings = world.settings
    with open_session(world.engine) as session:
        reader = next(iter(world.readers.values()))
        wish = Wish(search_text="cells")
        for ask in (
            lambda: subscribe(
                session,
                wish,
                address=ADDRESSES[name],
                time_zone="UTC",
                settings=settings,
                now=NOW,
            ),
            lambda: next(
                iter(
                    request_address_change(
                        session,
                        subscriber_id=reader,
                        address=ADDRESSES[name],
                        settings=settings,
                        now=NOW,
                    )
                ),
                None,
            ),
        ):
            try:
                made = ask()
            except RejectedError:
                session.rollback()
                continue
            if made is not None:
                assert_one_recipient(session, made, settings)


def assert_one_recipient(session: Session, made: int, settings: Settings) -> None:
    delivery = session.get_one(Delivery, made)
    recipient = recipient_of(session, delivery, settings, now=NOW)
    assert isinstance(recipient, Recipient)
    letter = write_letter(session, delivery, settings)
    mail = write_mail(delivery, letter, recipient, settings)
    message = parsed(mail.data)
    assert message.get_all("To") == [recipient.address] == [mail.to]
    assert getaddresses([recipient.address]) == [("", recipient.address)]
    assert checked_address(mail.to)
    assert "Bcc" not in message
    assert EVIL not in recipient.address.rpartition("@")[2]


def test_what_arrives_is_what_was_sent_to_the_one_whom_it_was_sent_to(
    mails: Sequence[Written],
) -> None:
    sent = [one for kind in KINDS for one in of_kind(mails, kind, "es")[::3]]
    with running_relay() as relay:
        sender = SmtpSender(Relay("127.0.0.1", relay.port, tls="none"))
        for one in sent:
            sender.send(one.mail, lambda: None)
        sender.close()
    assert relay.contents == [one.mail.data for one in sent]
    assert relay.recipients == [[one.to] for one in sent]
    assert any(b"\r\n." in content for content in relay.contents)


@pytest.fixture(scope="module")
def site(world: World) -> Visitor:
    return Visitor(create_app(world.settings, world.engine))


EXPLAINED = {
    ("button", "type", "class", "popovertarget"),
    ("div", "class", "id", "popover"),
    ("a", "href", "tabindex"),
    ("strong",),
}
"""What explains a word of research in a quote."""


def assert_alike(pages: Sequence[str]) -> None:
    """All pages are made of the same as the last, which says harmless words."""
    wanted = skeleton(pages[-1])
    for page in pages:
        read = skeleton(page)
        assert read.parts == wanted.parts
        assert_leads_nowhere(read)


def assert_of_known_kinds(pages: Sequence[str]) -> None:
    """All pages are made of elements as the last has them; words of research are explained, too."""
    wanted = skeleton(pages[-1]).kinds | EXPLAINED
    for page in pages:
        read = skeleton(page)
        assert read.kinds - wanted == set()
        assert_leads_nowhere(read)
        about = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert all(isinstance(json.loads(one), dict | list) for one in about)
        assert len(about) == page.count("<script") == 1


def assert_leads_nowhere(read: Skeleton) -> None:
    """No link is a script, and none leads to whoever wrote the record."""
    assert not [one for one in read.targets if one.startswith(("javascript:", "data:"))]
    assert not [one for one in read.targets if re.match(rf"(https?:)?//([^/]*@)?{EVIL}", one)]


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_page_and_the_table_of_a_mail_only_say_what_it_told(
    site: Visitor, world: World, mails: Sequence[Written], prefix: str
) -> None:
    pages: list[str] = []
    for one in of_kind(mails, DeliveryKind.DIGEST, "en"):
        token = mail_token(
            world.settings.secret, one.delivery.subscriber_id, one.delivery.message_id
        )
        pages.append(site.get(f"{prefix}/mail/{token}").text)
        table = site.get(f"{prefix}/mail/{token}/changes.csv").text.removeprefix("\ufeff")
        rows = list(csv.reader(StringIO(table, newline="")))
        assert {len(row) for row in rows} == {9}
        cells = [cell.lstrip() for row in rows for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert_alike(pages)


def test_the_pages_of_a_reader_only_say_what_they_have(site: Visitor, world: World) -> None:
    readers = [reader for name, reader in world.readers.items() if name.startswith("weekly")]
    members = [Member(site, world.engine, world.settings, reader) for reader in readers]
    pages = [re.sub(r"\?q=[^\"]*", "", one.get("/manage").text) for one in members]
    assert_alike(
        [page.replace(one.form_token, "") for page, one in zip(pages, members, strict=True)]
    )


def test_the_pages_and_feeds_of_studies_only_say_what_the_record_says(
    site: Visitor,
) -> None:
    keys = [f"CA{place + 1:06d}" for place in range(0, len(TEXTS), 7)]
    keys.append(f"CA{len(TEXTS):06d}")
    assert_of_known_kinds([site.get(f"/studies/{key}").text for key in keys])
    harmless = read_feed(site.get(f"/studies/{keys[-1]}/feed.atom").content)
    days = len(read_calendar(site.get(f"/studies/{keys[-1]}/calendar.ics").content).events)
    for key in keys:
        feed = read_feed(site.get(f"/studies/{key}/feed.atom").content)
        assert not feed.bozo
        assert len(feed.entries) == len(harmless.entries)
        items = site.get(f"/studies/{key}/feed.json").json()["items"]
        assert len(items) == len(feed.entries)
        assert {name for item in items for name in skeleton(item["content_html"]).names} == {"p"}
        calendar = read_calendar(site.get(f"/studies/{key}/calendar.ics").content)
        assert len(calendar.events) == days
