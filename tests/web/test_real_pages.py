"""The page of every recorded study: small, well formed, and without the old page's defects."""

import asyncio
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from conftest import NOW
from fastapi import FastAPI
from site_of_tests import HOME
from sources import ListedSource
from sqlmodel import select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_reader
from tidings.projects.models import Project
from tidings.rendering.folder import templates_folder
from tidings.tables import metadata
from tidings.web.app import create_app

LARGEST = 60_000
VOID = frozenset(("br", "circle", "hr", "img", "input", "link", "meta", "path"))
IN_PHRASES = frozenset(("p", "h1", "h2", "h3", "button", "summary", "dt"))
"""Elements that hold words alone, and no block."""

BLOCKS = frozenset(
    ("p", "div", "ul", "ol", "dl", "section", "table", "form", "blockquote", "details", "h2", "h3")
)


class Nesting(HTMLParser):
    """Finds what is closed by the wrong tag, left open, or stands where it may not."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag in BLOCKS and any(one in IN_PHRASES for one in self.open):
            self.faults.append(f"{tag} in {self.open[-1]}")
        if "style" in values or any(name.startswith("on") for name in values):
            self.faults.append(f"{tag} with a style or a script")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"/{tag}")


@pytest.fixture(scope="module")
def pages(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the page of every recorded project in every language, through a real sweep."""
    folder = tmp_path_factory.mktemp("real")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    metadata.create_all(engine)
    with gzip.open(real_data / "projects.jsonl.gz") as lines:
        run_sweep(engine, ListedSource(map(json.loads, lines)), now=NOW)
    with open_reader(engine) as session:
        keys = session.exec(select(Project.key)).all()
    app = create_app(Settings(data_dir=folder), engine)
    found = asyncio.run(
        _asked(app, [f"{root}/studies/{key}" for key in keys for root in ("", "/es")])
    )
    engine.dispose()
    return found


async def _asked(app: FastAPI, paths: list[str]) -> dict[str, str]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
        answers = {path: await client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.text for path, answer in answers.items()}


def words_of(page: str) -> str:
    """Return what a reader sees, without the researchers' own words and the sources."""
    seen = re.sub(
        r"<head>.*?</head>|<blockquote.*?</blockquote>|<dl class=.sources.*?</dl>",
        "",
        page,
        flags=re.DOTALL,
    )
    return " ".join(re.sub(r"<[^>]+>", " ", seen).split())


def test_every_page_with_its_stylesheet_is_small(pages: dict[str, str]) -> None:
    style = (templates_folder() / "static" / "style.css").stat().st_size
    assert len(pages) > 200
    assert {p: len(page) for p, page in pages.items() if len(page.encode()) + style > LARGEST} == {}


def test_every_page_is_well_formed_and_has_one_title_and_every_name_once(
    pages: dict[str, str],
) -> None:
    faults: dict[str, list[str]] = {}
    for path, page in pages.items():
        seen = Nesting()
        seen.feed(page)
        seen.faults += [f"open: {seen.open}"] if seen.open else []
        seen.faults += [f"twice: {one}" for one in set(seen.ids) if seen.ids.count(one) > 1]
        seen.faults += ["not one h1"] if seen.headings.count(1) != 1 else []
        steps = zip(seen.headings, seen.headings[1:], strict=False)
        seen.faults += ["a heading is skipped"] if any(b > a + 1 for a, b in steps) else []
        if seen.faults:
            faults[path] = seen.faults
    assert faults == {}


def test_no_page_loads_anything_from_elsewhere(pages: dict[str, str]) -> None:
    loads = re.compile(
        r"<(?:img|link|script|iframe|source)[^>]* (?:src|href)=\"(?!/static/)([^\"]+)"
    )
    links = re.compile(r"<link rel=\"(?:canonical|alternate)\"[^>]*>")
    assert {m[1] for page in pages.values() for m in loads.finditer(links.sub("", page))} == set()


@pytest.mark.parametrize(
    "defect",
    [
        r"\['|'\]|\{'|None|True|False",  # values as a program writes them
        r"[A-Za-z]+_[a-z]+",  # names of a program
        r"NIH-\d+|Trial ID",  # an award's number as that of a trial
        r"\bSex\b|\bPhase\b",  # what RePORTER does not know
        r"\bI would\b|\bI hear\b",  # a voice that is nobody's
        r"\d+ sites?\b|UNITED STATES",  # an address as the site of a trial
        r"[Ii]deal candidates|Good fit|Not a fit",  # who fits, which no record says
        r"[Ll]ast reviewed|editorial team",  # a review that nobody can check
    ],
)
def test_no_page_has_a_defect_of_the_page_that_came_before(
    pages: dict[str, str], defect: str
) -> None:
    found = re.compile(defect)
    hits = ((path, found.search(words_of(page))) for path, page in pages.items())
    assert {path: hit[0] for path, hit in hits if hit} == {}


def test_every_page_names_researchers_dates_funder_and_the_day_it_was_read(
    pages: dict[str, str],
) -> None:
    for path, page in pages.items():
        if path.startswith("/es"):
            continue
        words = words_of(page)
        assert "Checked by software on 23 Nov 2026, version 1." in words, path
        assert "leads it." in words or "names no one who leads it" in words, path
        assert re.search(r"Runs \d|Runs start not given", words), path
        assert "Funder" in words, path
