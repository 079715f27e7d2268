"""The site in two languages: one page, two addresses, nothing left in English by oversight."""

import re
import shutil
from collections.abc import Generator, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from site_of_tests import HOME, KEY, Visitor, fill
from texts import all_texts

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.rendering.speech import Speech
from tidings.web.app import create_app

PAGES = (
    "/",
    "/studies",
    "/studies?q=title%3Astiff+ic%3ANCI+state%3AAZ",
    "/studies?q=stiff+titel%3A%22x",
    "/studies?q=cancer+OR+%28tumor+state%3AAZ%29",
    f"/studies/{KEY}",
    "/searches/new?q=stiff",
    "/searches/preview?q=stiff&cadence=immediate",
    "/sweeps/2",
    "/coverage",
    "/webhooks",
    "/nowhere",
)
ALIKE = {
    "Tidings",
    "JSON",
    "Bogang Wu",
    *(text for text in all_texts() if Speech("es").say(str(text)) == text),
}
"""What is the same word in both languages, and names."""


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Visitor]:
    """Give one site for all: nothing here changes a row."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(sqlite_template, folder / "tidings.db")
    engine = make_engine(f"sqlite:///{folder}/tidings.db")
    settings = Settings(data_dir=folder / "data", mail_from="news@tidings.example")
    fill(engine, settings)
    yield Visitor(create_app(settings, engine))
    engine.dispose()


class Told(HTMLParser):
    """What a page says outside of what is marked as English or code, and where it leads."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.texts: list[str] = []
        self.links: list[str] = []
        self._left_out: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "action") if name in given]
        self.texts += [given[name] or "" for name in ("aria-label", "title") if name in given]
        if tag in {"meta", "link", "input", "br"}:
            return
        is_other = given.get("lang", self.language) != self.language
        is_code = (
            tag in {"pre", "textarea", "time", "title"}
            or "code" in (given.get("class") or "").split()
        )
        self._left_out.append(is_other or is_code or any(self._left_out[-1:]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass over what has no content."""

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._left_out.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._left_out[-1:]):
            self.texts.append(" ".join(data.split()))


def told(page: str, language: str) -> Told:
    found = Told(language)
    found.feed(page)
    return found


def in_words(texts: list[str]) -> Iterator[str]:
    """Give what has a word in it: four letters that are no name, number or code."""
    return (
        text for text in texts if any(len(word) > 3 and word.isalpha() for word in text.split())
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_spanish_page_says_nothing_in_english_but_what_is_marked(
    path: str, site: Visitor
) -> None:
    english, spanish = site.get(path), site.get(f"/es{path}")
    assert spanish.status_code == english.status_code
    assert (english.headers["content-language"], spanish.headers["content-language"]) == (
        "en",
        "es",
    )
    assert '<html lang="es">' in spanish.text
    ours = set(in_words(told(english.text, "en").texts)) - ALIKE
    assert [text for text in in_words(told(spanish.text, "es").texts) if text in ours] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_spanish_page_leads_where_the_english_one_does_but_to_spanish_pages(
    path: str, site: Visitor
) -> None:
    english, spanish = told(site.get(path).text, "en"), told(site.get(f"/es{path}").text, "es")
    assert set(map(bare, english.links)) == set(map(bare, spanish.links))
    of_one_language = ("/static/", "/inbox", "/ops", "/api")
    ours = [link for link in spanish.links if link.startswith("/") and link != path]
    assert [one for one in ours if not one.startswith(("/es", *of_one_language))] == []


def bare(link: str) -> str:
    """Return where a link leads, whatever the language."""
    path = link.removeprefix(HOME)
    return re.sub(r"^/es(?=/|$)", "", path) or "/"


def test_the_switch_leads_to_the_same_page_and_search_engines_are_told_of_both(
    site: Visitor,
) -> None:
    page = site.get("/es/studies?q=stiff&offset=0").text
    assert '<a href="/studies?q=stiff&amp;offset=0" hreflang="en" lang="en">English</a>' in page
    for language, path in (("en", "/studies"), ("es", "/es/studies")):
        address = f"{HOME}{path}?q=stiff&amp;offset=0"
        assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in page


def test_the_answer_to_a_form_leads_to_the_other_language_at_home(site: Visitor) -> None:
    page = site.post("/es/alerts", data={"q": "stiff", "address": "no address"}).text
    assert '<a href="/" hreflang="en" lang="en">English</a>' in page
    assert "Guardar esta búsqueda" in page


@pytest.mark.parametrize("path", ["/ops", "/inbox", "/healthz", "/metrics"])
def test_what_is_no_readers_has_one_address(path: str, site: Visitor) -> None:
    assert "hreflang" not in site.get(path).text
    answer = site.get(f"/es{path}")
    assert (answer.status_code, answer.headers["content-language"]) == (404, "es")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/es/studies/ca000001", "/es/studies/CA000001"),
        ("/es/studies/by?words=stiff", "/es/studies?q=stiff"),
        ("/es/studies/", f"{HOME}/es/studies"),
    ],
)
def test_a_redirect_stays_in_its_language(path: str, to: str, site: Visitor) -> None:
    assert site.get(path, follow_redirects=False).headers["location"] == to


def test_a_study_is_kept_by_caches_in_each_language_apart(site: Visitor) -> None:
    english, spanish = site.get(f"/studies/{KEY}"), site.get(f"/es/studies/{KEY}")
    tag = spanish.headers["etag"]
    assert tag != english.headers["etag"]
    again = site.get(f"/es/studies/{KEY}", headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("q=titel:x", "No existe el campo “titel”: ¿quiso decir title:? (carácter 1)"),
        (
            "q=near:atlantis within 5mi",
            "No conocemos el lugar “atlantis”: ¿quiso decir “Atlantis, FL”?",
        ),
        ("q=(stiff", "La búsqueda termina demasiado pronto; se esperaba"),
        ("q=stiff OR state:Oregn", "No existe el estado “Oregn”: ¿quiso decir Oregon?"),
        ("q=stiff&offset=x", "Falta algo o no se puede leer: offset."),
    ],
)
def test_what_is_wrong_is_said_in_spanish(asked: str, said: str, site: Visitor) -> None:
    page = site.get(f"/es/studies?{asked}")
    assert page.status_code == 400
    assert said in " ".join(told(page.text, "es").texts)
