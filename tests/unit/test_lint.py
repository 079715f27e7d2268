"""The rules that a mail must keep to, and that our own mails keep."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tidings.notices.samples import SITE, sample_letters, sample_variants
from tidings.rendering.environment import environment
from tidings.rendering.lint import MOST_HTML, Finding, links, lint, lint_message, structure
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered
from tidings.rendering.slots import SLOT
from tidings.rendering.speech import LANGUAGES, speech_of

OUT = f"{SITE}/unsubscribe/{SLOT}"
GOOD = Rendered(
    subject="2 changes",
    text=f"Stop: {OUT}\n\nNews\n\n{SITE}/studies/CA1\n",
    html=(
        f'<html lang="en"><head><title>2 changes</title></head><body><a href="{OUT}">Stop</a>'
        f'<h1>News</h1><a href="{SITE}/studies/CA1">One</a></body></html>'
    ),
)


def found(mail: Rendered, *, has_way_out: bool = True) -> list[Finding]:
    return lint(mail, site_url=SITE, has_way_out=has_way_out)


def with_html(more: str) -> Rendered:
    return replace(GOOD, html=GOOD.html.replace("</body>", f"{more}</body>"))


def test_a_good_mail_has_nothing_wrong() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ("<script>x()</script>", "elements"),
        ('<form action="/x"></form>', "elements"),
        ('<p onclick="x()">a</p>', "elements"),
        ('<img src="https://tracker.example/p.gif" alt="">', "outside"),
        ('<td background="https://tracker.example/p.gif"></td>', "outside"),
        ('<p style="background: url(https://tracker.example)">a</p>', "outside"),
        ("<style>@import 'https://tracker.example/a.css'</style>", "outside"),
        ('<a href="javascript:x()">a</a>', "links"),
        ('<a href="http://other.example/">a</a>', "links"),
        ('<a href="https://other.example/">a</a>', "links"),
        (f'<a href="{SITE}/mail/forged">a</a>', "links"),
        (f'<a href="{SITE}/es/unsubscribe/forged/studies/CA1">a</a>', "links"),
        ("<p>" + "x" * MOST_HTML + "</p>", "size"),
    ],
)
def test_what_harms_a_reader_is_grave(more: str, rule: str) -> None:
    assert rule in {one.rule for one in found(with_html(more)) if one.is_grave}


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ('<img src="data:image/png;base64,AAAA">', "alt"),
        ("<h1>Again</h1>", "headings"),
        (f'<a href="{SITE}/studies/CA2">Two</a>', "text"),
        ("<h2>Not in the text</h2>", "text"),
    ],
)
def test_what_is_only_poor_is_told_and_is_not_grave(more: str, rule: str) -> None:
    told = found(with_html(more))
    assert rule in {one.rule for one in told}
    assert [one for one in told if one.is_grave] == []


def test_a_mail_without_a_way_out_is_grave_unless_its_reader_needs_none() -> None:
    mail = replace(GOOD, html=GOOD.html.replace(OUT, SITE), text=GOOD.text.replace(OUT, SITE))
    assert [one.rule for one in found(mail)] == ["way out", "way out"]
    assert found(mail, has_way_out=False) == []


def test_the_first_way_out_stands_near_the_start() -> None:
    late = GOOD.html.replace("<body>", "<body>" + "<p>a</p>" * 2000)
    (only,) = found(replace(GOOD, html=late))
    assert only.rule == "way out"
    assert not only.is_grave


def test_a_personal_link_is_asked_whether_its_token_is_ours() -> None:
    seen = structure(GOOD.html.replace(SLOT, "reader-token"))
    told = links(seen, site_url=SITE, is_token=lambda token: token == "reader-token")
    assert [link.problem for link in told] == ["", ""]
    assert [link.text for link in told] == ["Stop", "One"]
    assert links(seen, site_url=SITE)[0].problem == "its token is not one of ours"


LETTERS = [
    (name, language, letter)
    for language in LANGUAGES
    for name, letter in (
        *sample_letters(language).items(),
        *sample_variants(language).values(),
    )
]


@pytest.mark.parametrize(("name", "language", "letter"), LETTERS)
def test_our_own_mails_keep_to_all_of_it(name: str, language: str, letter: object) -> None:
    mail = render(environment(speech=speech_of(language)), name, letter)
    assert found(mail, has_way_out="/unsubscribe/" in mail.html) == []


def message() -> EmailMessage:
    made = EmailMessage(policy=policy.SMTP)
    for name, value in {
        "From": "Tidings <news@tidings.example>",
        "To": "reader@clinic.org",
        "Subject": "2 changes",
        "Date": "Mon, 30 Mar 2026 06:00:00 +0000",
        "Message-ID": "<1@tidings.example>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{OUT}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<digest.tidings.example>",
        "Feedback-ID": "digest:en:tidings",
    }.items():
        made[name] = value
    made.set_content("Hello\n")
    made.add_alternative("<p>Hello</p>\n", subtype="html")
    return made


def rules(raw: bytes) -> list[str]:
    return [
        one.rule
        for one in lint_message(message_from_bytes(raw, EmailMessage, policy=policy.default), raw)
    ]


def test_a_good_message_has_nothing_wrong() -> None:
    assert rules(message().as_bytes()) == []


@pytest.mark.parametrize("name", ["Date", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted"])
def test_a_header_that_is_missing_is_told(name: str) -> None:
    poor = message()
    del poor[name]
    assert rules(poor.as_bytes()) == ["headers"]


def test_a_second_recipient_a_long_line_and_a_lone_part_are_told() -> None:
    raw = message().as_bytes()
    assert rules(b"To: other@clinic.org\r\n" + raw) == ["headers"]
    assert rules(raw.replace(b"<p>Hello", b"<p>" + b"x" * 1000)) == ["lines"]
    alone = message()
    alone.clear_content()
    alone.set_content("Hello\n")
    assert rules(alone.as_bytes()) == ["parts"]
