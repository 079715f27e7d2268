"""Every answer keeps readers private, and only operators see what is theirs."""

import json
import re
from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr
from site_of_tests import HOME, KEY, Visitor
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.web.app import create_app

pytestmark = pytest.mark.usefixtures("filled")

PAGES = ("/", "/studies", f"/studies/{KEY}", "/inbox", "/ops", "/metrics", "/healthz", "/nowhere")


LIVE = ("/", "/studies", "/searches/new", "/es/studies?q=cells")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_frames_trackers_and_what_is_elsewhere(
    path: str, site: Visitor
) -> None:
    answer = site.get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    head = answer.text.partition("<head>")[2].partition("</head>")[0]
    named = re.findall(r'(?:src|href)="([^"]+)"', head)
    assert [one for one in named if not one.removeprefix(HOME).startswith("/")] == []
    assert [one for one in named if one.startswith("//")] == []


@pytest.mark.parametrize("path", sorted({*PAGES, *LIVE}))
def test_scripts_run_only_where_there_is_one_of_ours(path: str, site: Visitor) -> None:
    answer = site.get(path)
    is_live = path in LIVE
    policy = answer.headers["content-security-policy"]
    kinds = set(re.findall(r"<script (src|type=[^>]+)", answer.text))
    assert kinds - {'type="application/ld+json"'} == ({"src"} if is_live else set())
    assert ("script-src" in policy) == is_live
    assert policy.endswith("script-src 'self'") == is_live
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_script_is_the_one_that_its_page_names_and_may_evaluate_nothing(site: Visitor) -> None:
    page = site.get("/").text
    (source,) = re.findall(r'<script src="([^"]+)" defer></script>', page)
    assert "Zero-Clause BSD" in site.get(source).text[:200]
    (config,) = re.findall(r"<meta name=\"htmx-config\" content='([^']+)'>", page)
    asked = json.loads(config)
    assert asked.pop("selfRequestsOnly")
    assert set(asked.values()) == {False}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused(headers: dict[str, str], site: Visitor) -> None:
    answer = site.post(f"/studies/{KEY}/follow", data={"address": "a@clinic.org"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/ops", "/inbox"])
def test_operators_need_the_password_where_one_is_set(
    path: str, engine: Engine, settings: Settings
) -> None:
    locked = Settings(data_dir=settings.data_dir, ops_password=SecretStr("open sesame"))
    site = Visitor(create_app(locked, engine))
    assert site.get(path).status_code == 401
    assert site.get(path, auth=("me", "wrong")).status_code == 401
    assert site.get(path, auth=("me", "open sesame")).status_code == 200


def test_operators_are_shut_out_beyond_this_machine_without_a_password(
    engine: Engine, settings: Settings
) -> None:
    public = Settings(data_dir=settings.data_dir, host="0.0.0.0")  # noqa: S104 - listens on nothing here
    site = Visitor(create_app(public, engine))
    page = site.get("/ops")
    assert (page.status_code, "TIDINGS_OPS_PASSWORD" in page.text) == (403, True)


MB = 1_000_000


async def chunks(number: int) -> AsyncGenerator[bytes]:
    for _ in range(number):
        yield b"a" * (MB // 4)


@pytest.mark.parametrize("path", ["/alerts", "/es/alerts", "/manage/lists/take", "/nowhere"])
def test_more_than_a_form_may_send_is_refused_in_words_by_what_is_declared(
    path: str, site: Visitor
) -> None:
    answer = site.post(path, content=b"q=" + b"a" * MB)
    assert answer.status_code == 413
    assert ("demasiado grande" if path.startswith("/es") else "too large") in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("pieces", "status"), [(4, 400), (5, 413)])
def test_and_by_what_comes_where_nothing_is_declared(
    pieces: int, status: int, site: Visitor
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = site.post("/alerts", content=chunks(pieces), headers=headers)
    assert answer.status_code == status
    assert ("too large" in answer.text) == (status == 413)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
