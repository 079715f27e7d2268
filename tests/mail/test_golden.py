"""Every mail, word for word: a change of it is seen in review.

After a wanted change: TIDINGS_WRITE_GOLDEN=1 pytest tests/mail
"""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment

from tidings.notices.letters import AlertLetter, DigestLetter
from tidings.notices.samples import SITE, sample_letters
from tidings.rendering.environment import environment
from tidings.rendering.mail import Rendered, render

GOLDEN = Path(__file__).parent / "golden"
NAMES = tuple(sample_letters())
GMAIL_CUTS_AT = 102_000


@pytest.fixture(scope="module")
def templates() -> Environment:
    return environment()


def rendered(templates: Environment, name: str) -> Rendered:
    return render(templates, name, sample_letters()[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_is_word_for_word_as_reviewed(name: str, templates: Environment) -> None:
    mail = rendered(templates, name)
    parts = {"txt": f"Subject: {mail.subject}\n\n{mail.text}", "html": mail.html}
    for ending, content in parts.items():
        golden = GOLDEN / f"{name}.{ending}"
        if os.environ.get("TIDINGS_WRITE_GOLDEN"):
            golden.write_bytes(content.encode())
        assert content.encode() == golden.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_fetches_nothing_and_links_only_to_us(name: str, templates: Environment) -> None:
    html = rendered(templates, name).html
    assert not re.search(r"<(img|script|link|iframe)\b|url\(", html)
    links = re.findall(r'href="([^"]*)"', html)
    assert links
    assert [link for link in links if not link.startswith(SITE)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_subject_is_one_short_line_that_names_no_condition_and_no_title(
    name: str, templates: Environment
) -> None:
    subject = rendered(templates, name).subject
    assert "\n" not in subject
    assert len(subject) <= 78
    assert not re.search("cancer|tumor|sleep|Alzheimer", subject)


def test_a_digest_keeps_titles_and_searches_out_of_its_subject(templates: Environment) -> None:
    digest = sample_letters()["digest"]
    assert isinstance(digest, DigestLetter)
    for letter in (digest, replace(digest, changes=0), replace(digest, found=0)):
        subject = render(templates, "digest", letter).subject
        assert re.fullmatch(
            r"[\d,]+ (changes?|stud(y|ies) found)( in 4 studies you follow)?"
            r"(, 38 studies found| by your searches)?",
            subject,
        )


def test_a_goodbye_offers_no_way_to_end_what_has_ended(templates: Environment) -> None:
    mail = rendered(templates, "goodbye")
    assert "nsubscribe" not in mail.text + mail.html


def test_a_hostile_search_name_is_text_and_never_markup(templates: Environment) -> None:
    digest = sample_letters()["digest"]
    assert isinstance(digest, DigestLetter)
    block = replace(digest.searches[0], name='"><script>x</script>')
    html = render(templates, "digest", replace(digest, searches=(block,))).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_the_html_stands_in_the_text_too(name: str, templates: Environment) -> None:
    mail = rendered(templates, name)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*)"', mail.html)}
    assert [link for link in links if link not in mail.text] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_is_small_enough_to_be_shown_whole(name: str, templates: Environment) -> None:
    assert len(rendered(templates, name).html.encode()) < GMAIL_CUTS_AT / 4


def test_what_a_record_says_is_text_and_never_markup(templates: Environment) -> None:
    alert = sample_letters()["change-alert"]
    assert isinstance(alert, AlertLetter)
    study = replace(alert.study, title="<b>Bold & new</b>")
    mail = render(templates, "change-alert", replace(alert, study=study))
    assert "&lt;b&gt;Bold &amp; new&lt;/b&gt;" in mail.html
    assert "<b>Bold & new</b>" in mail.text


def test_a_digest_after_an_outage_says_so(templates: Environment) -> None:
    digest = sample_letters()["digest"]
    assert isinstance(digest, DigestLetter)
    mail = render(templates, "digest", replace(digest, late=True))
    assert "away for a while" in mail.text
    assert "away for a while" in mail.html


@pytest.mark.parametrize("name", NAMES)
def test_every_element_with_a_class_has_a_whole_inline_style(
    name: str, templates: Environment
) -> None:
    html = rendered(templates, name).html.partition("<body")[2]
    tags = re.findall(r'<[^>]*class="[^>]*>', html)
    assert tags
    assert [tag for tag in tags if tag.count('"') % 2 or 'style="' not in tag] == []


def test_an_alert_that_a_search_found_offers_to_stop_that_search(templates: Environment) -> None:
    alert = sample_letters()["change-alert"]
    assert isinstance(alert, AlertLetter)
    mail = render(templates, "change-alert", replace(alert, stop_search_url=f"{SITE}/stop"))
    assert f"Stop this search: {SITE}/stop" in mail.text
    assert f'href="{SITE}/stop"' in mail.html
