"""A message as it goes over the wire, held to the standard library's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mail.naive import folded, naive_message, parsed, parts_of

from tidings.errors import RejectedError
from tidings.rendering.message import Envelope, Origin, Rendered, build, encode
from tidings.rendering.slots import SLOT

SITE = "https://tidings.example"
TOKEN = "T0k_en-" + "A" * 39
ID = "<0123456789abcdef0123@tidings.example>"
ORIGIN = Origin("Tidings", "news@tidings.example")
RENDERED = Rendered(
    "1 change: Größe",
    f"Text with ▼ and é\n{'x' * 2000}\n  indented\tand so\n{SITE}/unsubscribe/{SLOT}\n",
    f'<p>▼ é</p>\n<a href="{SITE}/unsubscribe/{SLOT}">Stop</a>\n',
)
ENVELOPE = Envelope(
    to="r@clinic.org",
    message_id=ID,
    kind="digest",
    reference="1z.abc",
    date=datetime(2026, 3, 30, 12, 0, tzinfo=UTC),
    list_name="digest-weekly",
    help_url=SITE,
    archive_url=f"{SITE}/mail/{TOKEN}",
    unsubscribe_url=f"{SITE}/unsubscribe/{TOKEN}",
)
HEADERS = [
    *("From", "Subject", "To", "Date", "Message-ID", "X-Tidings-Delivery", "MIME-Version"),
    *("Content-Type", "Content-Language", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("List-Help", "List-Archive", "Auto-Submitted", "X-Auto-Response-Suppress", "Feedback-ID"),
    *("List-Id", "Precedence"),
]
ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t .=<>&\"'\x00\x0b\x85\u2028é▼語😀-"),
    ),
    max_size=200,
)


def message(
    rendered: Rendered = RENDERED, envelope: Envelope = ENVELOPE, origin: Origin = ORIGIN
) -> bytes:
    return bytes(build(encode(rendered), envelope, origin, token=TOKEN))


def assert_fit_for_the_wire(data: bytes) -> None:
    """Look whether the bytes are lines that every mail server takes."""
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert b"\x00" not in data
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert SLOT.encode() not in data


def test_text_comes_first_then_html_and_both_are_as_the_standard_library_has_them() -> None:
    data = message()
    assert_fit_for_the_wire(data)
    ours, naive = parsed(data), naive_message(RENDERED, ENVELOPE, ORIGIN, TOKEN)
    assert [part.defects for part in ours.walk()] == [[], [], []]
    assert list(parts_of(ours)) == ["text/plain", "text/html"]
    assert parts_of(ours)["text/plain"] == parts_of(naive)["text/plain"]
    assert folded(parts_of(ours)["text/html"]) == folded(parts_of(naive)["text/html"])
    assert [ours[name] for name in ("From", "To", "Subject", "Date", "Message-ID")] == [
        naive[name] for name in ("From", "To", "Subject", "Date", "Message-ID")
    ]


@given(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_a_record_says_it_is_one_message_that_says_it(
    subject: str, text: str, html: str
) -> None:
    one_line = " ".join(subject.split()).encode("utf-8", "replace").decode()
    one_line = "".join(one if one.isprintable() else "?" for one in one_line)
    rendered = Rendered(
        one_line, f"{text} {SLOT} {text}\n", f"<p>{html}</p> {SLOT} <b>{html}</b>\n"
    )
    data = message(rendered)
    assert_fit_for_the_wire(data)
    ours = parsed(data)
    assert [part.defects for part in ours.walk()] == [[], [], []]
    assert ours.keys() == HEADERS
    assert ours["Subject"].split() == one_line.split()
    told = parts_of(ours)
    plain = _legible(f"{text} {TOKEN} {text}").encode("utf-8", "replace").decode()
    assert told["text/plain"].split() == plain.split()
    whole = _legible(f"<p>{html}</p> {TOKEN} <b>{html}</b>")
    assert folded(told["text/html"]) == folded(whole.encode("ascii", "xmlcharrefreplace").decode())


def _legible(text: str) -> str:
    """Return a text without what no mail may hold."""
    controls = {chr(number) for number in (*range(32), 127)} - {"\n"}
    return "".join(" " if one in controls else one for one in text)


@pytest.mark.parametrize("length", range(60, 90))
@pytest.mark.parametrize("sign", ["x", "é", " "])
def test_a_slot_has_a_line_of_its_own_in_the_text_and_no_line_is_longer_than_76(
    length: int, sign: str
) -> None:
    text = f"{sign * length}{SLOT}{sign * length}{SLOT}\n"
    data = message(replace(RENDERED, text=text))
    lines = data.partition(b"\r\n\r\n")[2].partition(b"text/html")[0].split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert lines.count(TOKEN.encode() + b"=") == 2
    found = parts_of(parsed(data))["text/plain"].replace("\r\n", "\n")
    assert found == text.replace(SLOT, TOKEN)


@pytest.mark.parametrize("html", ["語" * 3000, "a b " * 2000, f"<i>é</i> {SLOT} " * 300])
def test_a_long_line_of_html_is_broken_at_its_blanks_or_else_quoted(html: str) -> None:
    data = message(replace(RENDERED, html=f"<p>{html}</p>\n"))
    assert_fit_for_the_wire(data)
    found = folded(parts_of(parsed(data))["text/html"])
    assert found == folded(f"<p>{html.replace(SLOT, TOKEN)}</p>")


def test_html_is_ascii_as_it_stands_and_nothing_is_base64() -> None:
    data = message()
    assert b"Content-Transfer-Encoding: 7bit" in data
    assert b"<p>&#9660; &#233;</p>" in data
    assert b"base64" not in data


@pytest.mark.parametrize(
    "subject",
    ["Größe " * 40, "x" * 300, "=?utf-8?q?=42cc?=", "語" * 100, "a  b", "é" + " " * 9 + "é", ""],
)
def test_a_subject_keeps_every_letter_on_lines_that_are_not_too_long(subject: str) -> None:
    data = message(replace(RENDERED, subject=subject))
    assert parsed(data)["Subject"].rstrip() == subject.rstrip()
    lines = data.partition(b"\r\n\r\n")[0].partition(b"\r\nTo:")[0].split(b"\r\n")
    assert max(map(len, lines)) <= 76


@pytest.mark.parametrize("site", [SITE, "https://" + "long." * 60 + "example"])
def test_links_and_names_stand_whole_on_the_wire_for_programs_that_do_not_decode(site: str) -> None:
    thread = "study-" + "9" * 90
    data = message(envelope=replace(ENVELOPE, unsubscribe_url=f"{site}/u/{TOKEN}", thread=thread))
    head = data.partition(b"\r\n\r\n")[0].decode("ascii").splitlines()
    assert f"List-Unsubscribe: <{site}/u/{TOKEN}>" in head
    assert f"References: <{thread}@tidings.example>" in head
    assert f"In-Reply-To: <{thread}@tidings.example>" in head
    assert f"Message-ID: {ID}" in head


@pytest.mark.parametrize(
    "to",
    [
        "r@clinic.org\r\nBcc: all@clinic.org",
        "no address",
        "a@b.org, c@d.org",
        "a@b.org c@d.org",
        "<a@b.org>",
        "A <a@b.org>",
        "a@b.org\x00",
        "a@b.org\n",
        "ä@b.org",
        "a@b\u2028.org",
        "a@@b.org",
        "@b.org",
        "a@",
        "",
        f"{'a' * 65}@b.org",
        f"a@{'b.' * 130}org",
    ],
)
def test_no_address_brings_a_header_or_a_recipient_of_its_own(to: str) -> None:
    with pytest.raises(RejectedError, match="exactly one address"):
        message(envelope=replace(ENVELOPE, to=to))


@pytest.mark.parametrize(
    "name",
    [
        *("message_id", "reference", "kind", "language", "list_name", "help_url", "archive_url"),
        *("unsubscribe_url", "unsubscribe_to", "thread"),
    ],
)
@pytest.mark.parametrize(
    "forged", ["x\r\nBcc: a@b.org", "x\n y", "x\x00", "x\u2028y", "x\x0b", "é"]
)
def test_no_value_of_ours_brings_a_header_of_its_own(name: str, forged: str) -> None:
    plain = replace(ENVELOPE, unsubscribe_to="leave@tidings.example", thread="study-CA1")
    with pytest.raises(RejectedError, match="ASCII"):
        message(envelope=replace(plain, **{name: forged}))


@pytest.mark.parametrize(
    "forged", ["Hi\r\nBcc: a@b.org", "Hi\nthere", "Hi\x00", "Hi\u2028", "\ud800"]
)
def test_no_subject_brings_a_header_of_its_own(forged: str) -> None:
    with pytest.raises(RejectedError, match="single line"):
        message(replace(RENDERED, subject=forged))


@pytest.mark.parametrize("name", ["", "Größe & Söhne, “Tidings”", 'Quoted "name"', "x" * 200])
def test_who_it_is_from_is_said_as_the_standard_library_says_it(name: str) -> None:
    origin = Origin(name, "news@tidings.example", "eva@tidings.example")
    ours = parsed(message(origin=origin))
    assert ours["From"] == naive_message(RENDERED, ENVELOPE, origin)["From"]
    assert ours["Reply-To"] == "eva@tidings.example"
