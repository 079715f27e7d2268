"""How values are written, and how the stylesheet of mail becomes inline style."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from tidings.rendering.environment import environment
from tidings.rendering.filters import day, iso, moment, money, plural, short_day, span
from tidings.rendering.folder import templates_folder
from tidings.rendering.inlining import inline, read_rules

TEXT_INCLUDED = re.compile(r'({% filter forceescape %})?{% include "[^"]+\.txt"')
"""Jinja escapes what is included by the included file's name, wherever it comes to stand."""

AT = datetime(2027, 7, 3, 4, 5, tzinfo=UTC)


def test_days_and_moments_are_written_without_leading_zeros_and_none_as_nothing() -> None:
    assert day(date(2027, 7, 3)) == day(AT) == day("2027-07-03T12:00:00") == "3 Jul 2027"
    assert (short_day(AT), moment(AT)) == ("3 Jul", "3 Jul 2027, 04:05 UTC")
    assert iso(AT) == "2027-07-03T04:05:00+00:00"
    assert (day(None), day(""), short_day(None), moment(None), iso(None)) == ("",) * 5


def test_money_and_counts_have_their_thousands_marked() -> None:
    assert (money(1234567), money(0), money(None)) == ("$1,234,567", "$0", "")
    assert plural(1, "study", "studies") == "1 study"
    assert plural(0, "change") == "0 changes"
    assert plural(1481, "change") == "1,481 changes"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_a_length_of_time_is_written_in_its_largest_unit(seconds: int, written: str) -> None:
    assert span(timedelta(seconds=seconds)) == written


def test_a_class_becomes_inline_style_and_stays() -> None:
    rules = read_rules('/* .no { a: b } */ .a { color: red; }\n.b {\n font: "X";\n}')
    assert rules == {"a": "color: red", "b": "font: 'X'"}
    assert inline('<p class="a b c">', rules) == '<p class="a b c" style="color: red; font: \'X\'">'
    assert inline('<p class="c">', rules) == '<p class="c">'
    assert inline('<p class="{{ a }}">', rules) == '<p class="{{ a }}">'


def test_only_the_html_of_mail_is_inlined_and_escaped(tmp_path: Path) -> None:
    for name in ("mail/x.html", "mail/x.txt", "pages/x.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('<p class="label">{{ word }}</p>')
    made = environment(tmp_path)
    mail, text, page = (
        made.get_template(name).render(word="<b>")
        for name in ("mail/x.html", "mail/x.txt", "pages/x.html")
    )
    assert mail == '<p class="label" style="font-weight: bold">&lt;b&gt;</p>'
    assert text == '<p class="label"><b></p>'
    assert page == '<p class="label">&lt;b&gt;</p>'


def test_an_operators_template_comes_before_ours_and_ours_stays_in_reach(tmp_path: Path) -> None:
    (tmp_path / "mail/confirm").mkdir(parents=True)
    (tmp_path / "mail/confirm/subject.txt").write_text("{{ site }}: please confirm")
    made = environment(tmp_path, extra={"site": "Our news"})
    assert made.get_template("mail/confirm/subject.txt").render() == "Our news: please confirm"
    assert "will not write" in made.get_template("mail/goodbye/subject.txt").render()


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ letter.headline }}").render()


def test_every_text_that_html_takes_in_is_escaped_by_force() -> None:
    html = {path: path.read_text(encoding="utf-8") for path in templates_folder().rglob("*.html")}
    texts = {path: TEXT_INCLUDED.findall(source) for path, source in html.items()}
    assert sum(map(len, texts.values())) > 10
    assert [path.name for path, found in texts.items() for before in found if not before] == []
