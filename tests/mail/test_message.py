"""A message as it goes over the wire."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tidings.config import Settings
from tidings.rendering.mail import Envelope, Rendered, build

LINK = "https://tidings.example/unsubscribe/abc"
RENDERED = Rendered("1 change: Größe", "Text with ▼ and é\n" + "x" * 2000, "<p>▼ é</p>")


def message(
    settings: Settings, rendered: Rendered = RENDERED, to: str = "r@clinic.org", thread: str = ""
) -> EmailMessage:
    envelope = Envelope(to, "<id@tidings.example>", "digest", LINK, thread)
    data = build(rendered, envelope, settings)
    assert max(map(len, data.splitlines())) <= 998
    return message_from_bytes(data, EmailMessage, policy=policy.default)


def test_one_click_unsubscribe_and_what_mail_programs_ask_for(settings: Settings) -> None:
    headers = message(settings)
    assert headers["List-Unsubscribe"] == f"<{LINK}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"] == "<id@tidings.example>"
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


def test_alerts_of_one_study_stand_together(settings: Settings) -> None:
    first = message(settings, thread="study-CA1")
    assert first["References"] == "<study-CA1@tidings.example>"


@pytest.mark.parametrize("to", ["r@clinic.org\r\nBcc: all@clinic.org", "no address"])
def test_no_address_brings_a_header_of_its_own(to: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match=r"."):
        message(settings, to=to)


def test_no_subject_brings_a_header_of_its_own(settings: Settings) -> None:
    forged = Rendered("Hello\r\nBcc: all@clinic.org", "text", "<p>html</p>")
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        message(settings, forged)
