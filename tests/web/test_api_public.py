"""What programs read without a token: studies, changes, searches; and every no is a problem."""

import shutil
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import NOW
from jsonschema import Draft202012Validator
from markupsafe import escape
from site_of_tests import KEY, Visitor, fill
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.web.api.counting import SEARCHES
from tidings.web.app import create_app


@pytest.fixture(scope="module")
def store(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Settings, Engine]]:
    """Give a filled store that all tests here read and none writes."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(sqlite_template, folder / "tidings.db")
    engine = make_engine(f"sqlite:///{folder}/tidings.db")
    settings = Settings(data_dir=folder / "data", mail_from="news@tidings.example")
    fill(engine, settings)
    yield settings, engine
    engine.dispose()


@pytest.fixture(scope="module")
def site(store: tuple[Settings, Engine]) -> Visitor:
    return Visitor(create_app(*store))


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return what a refusal says; it is a problem with words."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["type"] == "about:blank"
    assert said["title"]
    assert len(said["detail"].split()) > 3
    return said


def test_a_search_says_what_it_means_what_it_finds_and_by_what(site: Visitor) -> None:
    said = site.get("/api/v1/studies?q=title:immune").json()
    assert (said["count"], said["is_exact"], said["next_offset"]) == (1, True, None)
    assert "immune" in said["means"]
    study, *others = said["studies"]
    assert (study["key"], others) == (KEY, [])
    assert study["url"].endswith(f"/studies/{KEY}")
    clause = study["found_by"][0]
    start, end = clause["spans"][0]
    assert clause["excerpt"][start:end].lower() == "immune"


def test_pages_of_a_list_follow_each_other_and_miss_none(site: Visitor) -> None:
    keys, offset = list[str](), 0
    while offset is not None:
        said = site.get(f"/api/v1/studies?limit=1&offset={offset}").json()
        keys += [one["key"] for one in said["studies"]]
        offset = said["next_offset"]
    assert sorted(keys) == ["CA000001", "CA000002"]


def test_a_study_has_facts_versions_and_sentences_whose_sources_are_in_the_record(
    site: Visitor,
) -> None:
    study = site.get(f"/api/v1/studies/{KEY.lower()}").json()
    assert (study["key"], study["as_of"], study["facts"]["ends"]) == (KEY, None, "2026-11-20")
    award = study["awards"][0]
    assert (award["version"], len(award["versions"])) == (2, 2)
    assert len({one["content_hash"] for one in award["versions"]}) == 2
    sourced = [one for one in study["plain"] if one["sources"]]
    assert any("20 Nov 2026" in one["text"] for one in sourced)
    assert all(source["award"] == award["award"] for one in sourced for source in one["sources"])


def test_a_study_is_given_as_it_stood_on_a_day(site: Visitor) -> None:
    first = (NOW + timedelta(days=1)).date()
    before = site.get(f"/api/v1/studies/{KEY}?as_of={first}").json()
    assert (before["facts"]["ends"], before["as_of"]) == ("2029-12-31", str(first))
    assert before["url"].endswith(f"@{first}")
    assert [one["version"] for one in before["awards"][0]["versions"]] == [1]
    assert all(one["section"] != "similar" for one in before["plain"])


def test_days_before_a_study_was_known_or_not_yet_over_are_refused_in_words(
    site: Visitor,
) -> None:
    early = problem(site.get(f"/api/v1/studies/{KEY}?as_of=2001-01-01"), 404)
    assert "2026-11-23" in early["detail"]
    late = problem(site.get(f"/api/v1/studies/{KEY}?as_of=2999-01-01"), 422)
    assert late["errors"][0]["name"] == "as_of"


def test_changes_of_a_study_are_the_words_of_its_page(site: Visitor) -> None:
    said = site.get(f"/api/v1/studies/{KEY}/changes").json()
    change = said["changes"][0]
    assert (change["kind"], change["severity"]) == ("end_cut", "critical")
    assert change["words"] == "End date: was 31 Dec 2029, now 20 Nov 2026"
    assert said["before"] is None


def test_the_ledger_goes_on_after_its_cursor_and_takes_filters(site: Visitor) -> None:
    answer = site.get("/api/v1/changes?limit=1&kind=end_cut&severity=critical&since=2026-11-24")
    said = answer.json()
    assert [one["kind"] for one in said["changes"]] == ["end_cut"]
    link = answer.headers["link"].removeprefix("<").partition(">")[0]
    assert said["next"] in link
    assert "kind=end_cut" in link
    again = site.get(link).json()
    assert (again["changes"], again["next"]) == ([], said["next"])
    for other in ("kind=extended", "severity=info", "since=2999-01-01"):
        assert site.get(f"/api/v1/changes?{other}").json()["changes"] == []


@pytest.mark.usefixtures("filled")
def test_both_kinds_of_database_give_all_of_it(engine: Engine, settings: Settings) -> None:
    site = Visitor(create_app(settings, engine))
    for path in (
        "/studies?q=title:immune&offset=0",
        f"/studies/{KEY}?as_of=2026-11-24",
        f"/studies/{KEY}/changes?before=9",
        "/changes?after=1-1&kind=end_cut&kind=extended&severity=critical&since=2026-11-24",
        f"/searches/check?q=change:end_cut&study={KEY}",
    ):
        assert site.get(f"/api/v1{path}").status_code == 200, path


def test_a_search_is_checked_read_back_and_explained_on_a_study(site: Visitor) -> None:
    good = site.get(f"/api/v1/searches/check?q=title:IMMUNE&study={KEY}").json()
    assert (good["canonical"], good["count"]) == ("title:immune", 1)
    assert good["explained"]["is_found"]
    assert good["explained"]["lacks"] == []
    bad = site.get(f"/api/v1/searches/check?q=title:zebra&study={KEY}").json()["explained"]
    assert (bad["is_found"], bad["lacks"][0]["clause"]) == (False, "title:zebra")


@pytest.mark.parametrize("path", ["/studies", "/searches/check"])
def test_a_search_that_does_not_parse_is_pointed_at(site: Visitor, path: str) -> None:
    said = problem(site.get(f"/api/v1{path}?q=title:("), 422)
    where = said["errors"][0]
    assert (where["place"], where["name"], where["column"]) == ("query", "q", 8)


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/nowhere", 404, ""),
        ("GET", "/v1/studies/XX999999", 404, ""),
        ("GET", "/v1/studies/%00", 404, "key"),
        ("GET", "/v1/studies/%0A", 404, ""),
        ("POST", "/v1/studies", 405, ""),
        ("GET", "/v1/studies?limit=many", 422, "limit"),
        ("GET", "/v1/studies?limt=5", 422, "limt"),
        ("GET", "/v1/studies/CA000001/changes?as_of=2026-01-01", 422, "as_of"),
        ("GET", "/v1/changes?after=x", 422, "after"),
        ("GET", "/v1/changes?since=5", 422, "since"),
        ("GET", "/v1/changes?kind=doom", 422, "kind.0"),
    ],
)
def test_every_no_is_a_problem_that_says_what_and_where(
    site: Visitor, method: str, path: str, status: int, name: str
) -> None:
    said = problem(site.send(method, f"/api{path}"), status)
    assert [one["name"] for one in said["errors"]] == ([name] if name else [])


def test_a_wrong_method_is_told_the_right_ones(site: Visitor) -> None:
    answer = site.send("POST", f"/api/v1/me/follows/{KEY}")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PATCH, PUT"


def test_what_breaks_is_said_without_a_trace(
    site: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ArithmeticError("a secret of ours")

    monkeypatch.setattr("tidings.web.api.studies.found_studies", broken)
    answer = site.get("/api/v1/studies")
    problem(answer, 500)
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/studies", f"/studies/{KEY}", f"/studies/{KEY}/changes", "/changes"]
)
def test_whoever_has_an_answer_already_gets_none(site: Visitor, path: str) -> None:
    first = site.get(f"/api/v1{path}")
    again = site.get(f"/api/v1{path}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = site.head(f"/api/v1{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


def test_pages_of_other_sites_may_read_what_is_public_and_nothing_else(site: Visitor) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    public = site.get("/api/v1/studies", headers=origin)
    assert public.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in public.headers
    asked = origin | {"Access-Control-Request-Method": "GET"}
    assert site.send("OPTIONS", "/api/v1/studies", headers=asked).status_code == 204
    own = site.get("/api/v1/me", headers=origin)
    assert "access-control-allow-origin" not in own.headers
    assert own.headers["cache-control"] == "no-store"
    assert site.send("OPTIONS", "/api/v1/me", headers=asked).status_code == 405


def test_the_api_speaks_english_at_one_address(site: Visitor) -> None:
    problem(site.get("/es/api/v1/studies"), 404)
    assert site.get("/es/api").status_code == 404


def test_whoever_asks_too_often_is_told_when_to_come_back(
    store: tuple[Settings, Engine],
) -> None:
    settings, engine = store
    few = settings.model_copy(update={"limits": 2 / SEARCHES.each})
    site = Visitor(create_app(few, engine))
    answers = [site.get("/api/v1/studies") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    problem(answers[-1], 429)
    assert 0 < int(answers[-1].headers["retry-after"]) <= SEARCHES.seconds


def test_the_description_is_openapi_and_the_page_names_all_of_it(site: Visitor) -> None:
    described = site.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    page = site.get("/api")
    assert "<script" not in page.text
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            assert f"{method.upper()} /api{path}" in page.text
            assert str(escape(one["description"])) in page.text
    assert all(f"shape-{name}" in page.text for name in described["components"]["schemas"])
