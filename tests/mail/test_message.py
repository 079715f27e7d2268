"""A message as it goes over the wire."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tidings.config import Settings
from tidings.rendering.mail import Envelope, Rendered, build

LINK = "https://tidings.example/unsubscribe/" + "A" * 46
ID = "<id@tidings.example>"
RENDERED = Rendered("1 change: Größe", "Text with ▼ and é\n" + "x" * 2000, "<p>▼ é</p>")


def message(
    settings: Settings, rendered: Rendered = RENDERED, to: str = "r@clinic.org", thread: str = ""
) -> EmailMessage:
    envelope = Envelope(to, ID, "digest", LINK, thread)
    data = build(rendered, envelope, settings)
    assert max(map(len, data.splitlines())) <= 998
    return message_from_bytes(data, EmailMessage, policy=policy.default)


def test_one_click_unsubscribe_and_what_mail_programs_ask_for(settings: Settings) -> None:
    headers = message(settings)
    assert headers["List-Unsubscribe"] == f"<{LINK}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"] == ID
    assert headers["Auto-Submitted"] == "auto-generated"
    assert "tidings.example" in headers["List-Id"]


def test_text_comes_first_then_html_and_both_keep_every_letter(settings: Settings) -> None:
    parts = list(message(settings).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    contents = [str(part.get_content()) for part in parts if isinstance(part, EmailMessage)]
    assert contents[0].startswith("Text with ▼ and é")
    assert contents[1].strip() == "<p>▼ é</p>"


def test_a_subject_keeps_every_letter(settings: Settings) -> None:
    assert message(settings)["Subject"] == "1 change: Größe"


@pytest.mark.parametrize("site", [LINK, "https://" + "long." * 60 + "example/unsubscribe/abc"])
def test_links_and_names_stand_whole_on_the_wire_for_programs_that_do_not_decode(
    site: str, settings: Settings
) -> None:
    thread = "study-" + "9" * 90
    data = build(RENDERED, Envelope("r@clinic.org", ID, "digest", site, thread), settings)
    head = data.partition(b"\r\n\r\n")[0].decode("ascii").splitlines()
    assert f"List-Unsubscribe: <{site}>" in head
    assert f"References: <{thread}@tidings.example>" in head
    assert f"In-Reply-To: <{thread}@tidings.example>" in head
    assert f"Message-ID: {ID}" in head


def test_one_message_has_the_same_name_on_every_attempt(settings: Settings) -> None:
    assert message(settings)["Message-ID"] == message(settings)["Message-ID"] == ID


def test_a_mail_after_which_nothing_is_left_offers_no_unsubscribing(settings: Settings) -> None:
    envelope = Envelope("r@clinic.org", ID, "goodbye")
    headers = message_from_bytes(build(RENDERED, envelope, settings), policy=policy.default)
    assert "List-Unsubscribe" not in headers
    assert "List-Unsubscribe-Post" not in headers
    assert "References" not in headers


def test_every_line_ends_as_mail_servers_want_it(settings: Settings) -> None:
    data = build(RENDERED, Envelope("r@clinic.org", ID, "digest", LINK), settings)
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.count(b"\r") == data.count(b"\r\n")
    assert data.isascii()


def test_alerts_of_one_study_stand_together(settings: Settings) -> None:
    first = message(settings, thread="study-CA1")
    assert first["References"] == "<study-CA1@tidings.example>"


@pytest.mark.parametrize("to", ["r@clinic.org\r\nBcc: all@clinic.org", "no address"])
def test_no_address_brings_a_header_of_its_own(to: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match=r"."):
        message(settings, to=to)


@pytest.mark.parametrize("name", ["unsubscribe_url", "message_id", "thread"])
def test_no_value_of_ours_brings_a_header_of_its_own(name: str, settings: Settings) -> None:
    plain = Envelope("r@clinic.org", ID, "digest", LINK, "study-CA1")
    forged = replace(plain, **{name: "x\r\nBcc: all@clinic.org"})
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        build(RENDERED, forged, settings)


def test_no_subject_brings_a_header_of_its_own(settings: Settings) -> None:
    forged = Rendered("Hello\r\nBcc: all@clinic.org", "text", "<p>html</p>")
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        message(settings, forged)
