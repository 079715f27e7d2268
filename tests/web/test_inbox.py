"""The inbox of captured mail."""

import re
from email import policy
from email.message import EmailMessage

import pytest
from site_of_tests import KEY, Visitor
from sqlalchemy import Engine
from sqlmodel import select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.senders.base import Mail
from tidings.delivery.senders.capture import CaptureSender, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.subscribers.models import EndedReason, Follow

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def mail_id(settings: Settings) -> str:
    return Inbox(inbox_folder(settings)).newest()[0].id


def test_what_was_captured_is_listed(site: Visitor, mail_id: str) -> None:
    page = site.get("/inbox").text
    assert "1 message." in page
    assert f'href="/inbox/{mail_id}">{KEY}: end date moved earlier</a>' in page


def test_words_are_looked_for_in_subject_recipient_and_text(site: Visitor, mail_id: str) -> None:
    for words in ("END DATE", "reader@clinic", "was 31 Dec 2029"):
        assert f"/inbox/{mail_id}" in site.get("/inbox", params={"q": words}).text
    nothing = site.get("/inbox", params={"q": "<b>no such"}).text
    assert "No mail says that" in nothing
    assert "&lt;b&gt;no such" in nothing


@pytest.mark.parametrize(
    ("view", "parts"),
    [
        ("text", ["was 31 Dec 2029"]),
        ("headers", ["List-Unsubscribe-Post", "reader@clinic.org"]),
        ("checks", ["It keeps to every rule", f"/studies/{KEY}"]),
        ("raw", ["Message-ID: &lt;"]),
        ("html", ["<iframe", "of 80,000 bytes"]),
    ],
)
def test_a_mail_has_a_view_for_each_of_its_sides(
    site: Visitor, mail_id: str, view: str, parts: list[str]
) -> None:
    page = site.get(f"/inbox/{mail_id}?view={view}").text
    assert [part for part in parts if part not in page] == []
    assert 'aria-current="true"' in page


def test_a_view_that_is_none_is_refused(site: Visitor, mail_id: str) -> None:
    assert site.get(f"/inbox/{mail_id}?view=x").status_code == 400


def test_its_html_stands_in_a_frame_that_may_do_nothing(site: Visitor, mail_id: str) -> None:
    assert (
        f'src="/inbox/{mail_id}/html?scheme=light" sandbox>' in site.get(f"/inbox/{mail_id}").text
    )
    policy = site.get(f"/inbox/{mail_id}/html").headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy


def test_the_frame_shows_a_mail_by_day_and_by_night(site: Visitor, mail_id: str) -> None:
    day, night = (
        site.get(f"/inbox/{mail_id}/html?scheme={scheme}").text for scheme in ("light", "dark")
    )
    assert "prefers-color-scheme" not in day + night
    assert "@media (max-width: 0)" in day
    assert "@media (min-width: 0)" in night
    assert 'name="color-scheme" content="dark"' in night


def test_one_click_is_pressed_as_a_mail_program_presses_it(
    site: Visitor, mail_id: str, engine: Engine
) -> None:
    page = site.get(f"/inbox/{mail_id}").text
    (path,) = re.findall(r'<form action="(/unsubscribe/[^"]+)" method="post">', page)
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in page
    done = site.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    with open_session(engine) as session:
        assert session.exec(select(Follow.ended_reason)).one() is EndedReason.ONE_CLICK


def keep(settings: Settings, **headers: str) -> str:
    message = EmailMessage(policy=policy.SMTP)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Hello\n")
    mail = Mail("a key", "<1@t.example>", "a@t.example", "b@t.example", "s", bytes(message))
    CaptureSender(inbox_folder(settings)).send(mail, lambda: None)
    return next(one.id for one in Inbox(inbox_folder(settings)).newest(wanted="Hello"))


@pytest.mark.parametrize(
    "way", ["<https://elsewhere.example/unsubscribe/x>", "<javascript:x>", "<mailto:a@t.example>"]
)
def test_no_button_presses_anything_outside_our_own_site(
    site: Visitor, settings: Settings, way: str
) -> None:
    one_click = {"List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}
    page = site.get(f"/inbox/{keep(settings, List_Unsubscribe=way, **one_click)}").text
    assert "One-Click" not in page


def test_a_poor_message_is_shown_with_what_is_wrong(site: Visitor, settings: Settings) -> None:
    mail_id = keep(settings, Subject="<script>alert(1)</script>")
    page = site.get(f"/inbox/{mail_id}?view=checks").text
    assert "<script" not in page
    assert "From is there 0 times, not once" in page
    assert "grave" in page


def test_the_raw_message_is_given_as_it_went(site: Visitor, mail_id: str) -> None:
    raw = site.get(f"/inbox/{mail_id}/raw")
    assert raw.headers["content-type"].startswith("text/plain")
    assert "Message-ID: <" in raw.text


@pytest.mark.parametrize("mail_id", ["0" * 24, "..%2f..%2fsecret", "x"])
def test_no_other_file_is_reached(site: Visitor, mail_id: str) -> None:
    assert site.get(f"/inbox/{mail_id}").status_code == 404
