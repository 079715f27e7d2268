"""Every mail, word for word: a change of it is seen in review.

After a wanted change: TIDINGS_WRITE_GOLDEN=1 pytest tests/mail/test_golden.py
"""

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sample_mails import SAMPLES, Sample, filled, templates

from tidings.notices.letters import AlertLetter, DigestLetter, SearchLinks
from tidings.notices.samples import SITE, sample_letters, sample_voice
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered

GOLDEN = Path(__file__).parent / "golden"
MOST_BYTES = 80_000
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=str)


@EACH
def test_a_mail_is_word_for_word_as_reviewed(sample: Sample) -> None:
    mail = sample.rendered()
    parts = {"txt": f"Subject: {mail.subject}\n\n{mail.text}", "html": mail.html}
    for ending, content in parts.items():
        golden = GOLDEN / f"{sample}.{ending}"
        if os.environ.get("TIDINGS_WRITE_GOLDEN"):
            golden.write_bytes(content.encode())
        assert content.encode() == golden.read_bytes()


def test_no_golden_file_is_of_a_mail_that_is_gone() -> None:
    wanted = {f"{sample}.{ending}" for sample in SAMPLES for ending in ("txt", "html")}
    assert {path.name for path in GOLDEN.iterdir()} == wanted


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


class Page(HTMLParser):
    """What a reader sees of a page: its elements, its links, and its text below the brand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "a":
            self.links.append(found["href"] or "")
        if tag in {"style", "title"} or found.get("class") in {"preheader", "brand"}:
            self._hidden = tag

    def handle_endtag(self, tag: str) -> None:
        """Note that what was hidden ends."""
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        """Note what is seen."""
        if not self._hidden:
            self.text.append(data)

    def count(self, tag: str) -> int:
        """Return how many elements of a kind there are."""
        return sum(1 for one, _ in self.tags if one == tag)


@EACH
def test_the_text_says_what_the_html_says_and_has_the_same_links(sample: Sample) -> None:
    mail = sample.rendered()
    page = Page(mail.html)
    assert set(re.findall(r"https://\S+[\w/]", mail.text)) == set(page.links)
    said, shown = set(words_of(mail.text)), set(words_of(" ".join(page.text)))
    in_links = set(words_of(" ".join(page.links)))
    assert shown - said == set()
    only_in_text = {"open", "this", "page", "and", "press", "its", "button"} | set(
        words_of("abra esta página y pulse su botón")
    )
    assert said - shown - in_links - only_in_text == set()


@EACH
def test_a_mail_fetches_nothing_and_links_only_to_us(sample: Sample) -> None:
    html = sample.rendered().html
    assert not re.search(r"<(img|script|link|iframe|form|object)\b|url\(|@import", html)
    links = Page(html).links
    assert links
    assert [link for link in links if not link.startswith(SITE)] == []


@EACH
def test_a_mail_can_be_read_by_ear_and_by_heading(sample: Sample) -> None:
    mail = sample.rendered()
    page = Page(mail.html)
    attributes = dict(page.tags)
    assert attributes["html"]["lang"] == sample.language
    assert attributes["html"]["dir"] == "ltr"
    assert (page.count("h1"), page.count("title"), page.count("table")) == (1, 1, 0)
    assert sum(1 for _, found in page.tags if found.get("role") == "main") == 1
    assert min(map(int, re.findall(r"font-size: (\d\d+)px", mail.html))) >= 14


@EACH
def test_a_subject_is_one_short_line_that_names_no_condition_and_no_title(sample: Sample) -> None:
    subject = sample.rendered().subject
    assert len(subject) <= 60
    assert "\n" not in subject
    if sample.name != "digest-odd":  # whose reader has asked for names
        assert not re.search("(?i)cancer|cáncer|tumor|sleep|Alzheimer|vaccine|immun", subject)


@EACH
def test_what_stands_behind_the_subject_is_neither_names_nor_nothing(sample: Sample) -> None:
    html = sample.rendered().html
    (behind,) = re.findall(r'<div class="preheader"[^>]*>([^<&]*)', html)
    assert 30 <= len(behind.strip()) <= 140
    assert not re.search("(?i)cancer|cáncer|tumor|sleep|Alzheimer|vaccine|immun", behind)


@EACH
def test_the_way_out_is_near_the_top_and_at_the_foot_where_there_is_one(sample: Sample) -> None:
    html = sample.rendered().html
    unsubscribe = re.escape(f"{SITE}{'/es' if sample.language == 'es' else ''}/unsubscribe/")
    ways = [found.start() for found in re.finditer(rf'href="{unsubscribe}[\w-]+"', html)]
    if sample.name in {"goodbye", "sign-in", "change-address", "address-changed", "brake-pulled"}:
        assert ways == []
    elif sample.name == "confirm":
        assert len(ways) == 1
    else:
        assert len(ways) == 2
        assert ways[0] < 10_000
    assert "12 Harbor Street" in html


@EACH
def test_a_mail_is_small_enough_to_be_shown_whole(sample: Sample) -> None:
    assert len(sample.rendered().html.encode("ascii", "xmlcharrefreplace")) < MOST_BYTES


@EACH
def test_every_element_with_a_class_has_a_whole_inline_style(sample: Sample) -> None:
    html = sample.rendered().html.partition("<body")[2]
    tags = re.findall(r'<[^>]*class="[^>]*>', html)
    assert tags
    assert [tag for tag in tags if tag.count('"') % 2 or 'style="' not in tag] == []


def digest() -> DigestLetter:
    letter = sample_letters()["digest"]
    assert isinstance(letter, DigestLetter)
    return letter


def written(letter: Any, mail: str = "digest") -> Rendered:
    return filled(render(templates("en"), mail, letter))


def test_too_much_for_one_mail_is_left_out_from_the_end_and_counted() -> None:
    study = digest().followed[0]
    long = replace(study, title=("A long title " * 15).strip(), lines=study.lines * 8)
    block = digest().searches[0]
    letter = replace(
        digest(),
        followed=tuple(replace(long, key=f"CA{number}") for number in range(15)),
        searches=(replace(block, studies=(long,) * 10, more=37),),
    )
    mail = written(letter)
    assert MOST_BYTES - 6000 < len(mail.html.encode("ascii", "xmlcharrefreplace")) < MOST_BYTES
    shown = mail.html.count("<h3")
    assert mail.text.splitlines().count(long.title) == shown < 25
    left = re.findall(r"\+ (\d+) more", mail.text)
    assert sum(map(int, left)) + shown == 25 + 37


def test_a_hostile_search_name_is_text_and_never_markup() -> None:
    search = replace(digest().searches[0].search, name='"><script>x</script>')
    html = written(replace(digest(), searches=(replace(digest().searches[0], search=search),))).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_what_a_record_says_is_text_and_never_markup() -> None:
    alert = sample_letters()["change-alert"]
    assert isinstance(alert, AlertLetter)
    study = replace(alert.study, title="<b>Bold & new</b>")
    mail = written(replace(alert, study=study), "change-alert")
    assert "&lt;b&gt;Bold &amp; new&lt;/b&gt;" in mail.html
    assert "<b>Bold & new</b>" in mail.text


def test_an_alert_that_a_search_found_offers_to_stop_that_search() -> None:
    alert = sample_letters()["change-alert"]
    assert isinstance(alert, AlertLetter)
    search = SearchLinks(12, "Any", f"{SITE}/settings", f"{SITE}/stop")
    mail = written(replace(alert, search=search), "change-alert")
    assert f"Stop this search: {SITE}/stop" in mail.text
    assert f'href="{SITE}/stop"' in mail.html


def test_without_a_postal_address_there_is_no_empty_line_for_it() -> None:
    voice = replace(sample_voice(), postal_address="")
    mail = written(replace(digest(), footer=voice.footer("You get this.")))
    assert "12 Harbor Street" not in mail.text + mail.html
    assert mail.text.endswith("this is not medical advice.\n")
