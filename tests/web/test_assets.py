"""Stylesheet and icon have addresses that change with them, and may be kept for ever."""

import re

from site_of_tests import Visitor


def test_a_page_names_the_version_of_its_stylesheet_which_browsers_may_keep(site: Visitor) -> None:
    (address,) = re.findall(r'"(/static/style\.css\?v=\w+)"', site.get("/").text)

    kept = site.get(address)

    assert kept.headers["content-type"].startswith("text/css")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_file_without_a_version_is_asked_for_again(site: Visitor) -> None:
    assert "cache-control" not in site.get("/static/style.css").headers


def test_a_file_that_is_not_there_is_not_kept(site: Visitor) -> None:
    answer = site.get("/static/nothing.css?v=1")

    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")
