"""The page of the words of research."""

import re

import pytest
from site_of_tests import Visitor

from tidings.pages.glossary import glossary


@pytest.mark.parametrize("path", ["/glossary", "/es/glossary"])
def test_every_term_has_an_anchor_under_one_heading(site: Visitor, path: str) -> None:
    page = site.get(path).text
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {term.key for term in glossary()} <= set(ids)
    assert page.count("<h1") == 1
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(links) > 20
    assert set(links) <= set(ids)


def test_in_spanish_the_english_word_stands_beside(site: Visitor) -> None:
    page = site.get("/es/glossary").text
    assert 'id="macrophage">macrófago <span lang="en">macrophage</span>' in page
    assert "Célula de defensa que se come gérmenes" in page


def test_it_is_kept_by_caches_and_not_sent_twice(site: Visitor) -> None:
    first = site.get("/glossary")
    assert first.headers["cache-control"].startswith("public")
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    again = site.get("/glossary", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    spanish = site.get("/es/glossary")
    assert spanish.headers["etag"] != first.headers["etag"]
    assert spanish.headers["content-language"] == "es"
    assert site.head("/glossary").content == b""
