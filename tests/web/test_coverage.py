"""The public page that says what is covered, and what the audits found."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from conftest import NOW
from prometheus_client.parser import text_string_to_metric_families
from site_of_tests import READER, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import Session, delete

from tidings.audits.models import AuditKind
from tidings.audits.outcome import Outcome
from tidings.audits.queries import add_audit
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.audit_matches import audit_matches
from tidings.flows.save_search import save_search
from tidings.notices.models import Notice
from tidings.subscribers.models import Cadence
from tidings.web.app import create_app

MONTH = timedelta(days=30)


def note(engine: Engine, kind: AuditKind, *, agreed: int, examined: int, words: str = "") -> None:
    outcome = Outcome(examined, agreed, [{"appl_id": 1}] * (examined - agreed), words)
    with open_session(engine) as session:
        add_audit(session, kind, outcome, started_at=NOW, finished_at=NOW)
        session.commit()


def test_where_nothing_has_run_yet_it_says_so(site: Visitor) -> None:
    answer = site.get("/coverage")
    assert answer.status_code == 200
    assert answer.text.count("yet.") == 5
    assert "RePORTER has not been read yet." in answer.text
    assert answer.text.count("not yet</span>") == 3


def test_it_shows_the_receipts_and_what_each_audit_found(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    note(engine, AuditKind.RECALL, agreed=3, examined=3)
    note(
        engine,
        AuditKind.CANARY,
        agreed=98,
        examined=100,
        words="1 award: RePORTER does not have it",
    )
    note(engine, AuditKind.MATCHES, agreed=199_999, examined=200_000)
    page = " ".join(site.get("/coverage").text.split())
    assert 'href="/sweeps/1"' in page
    assert 'href="/sweeps/2"' in page
    for said in (
        "RePORTER gave 3 records, and we had every one before.",
        "100 records, chosen at random, compared: 2 differ from RePORTER",
        "Of 200,000 finds and news 1 is neither told nor waiting in time",
        "100 % agreed",
        "98.000 % agreed",
        "99.999 % agreed",
        "23 Nov 2026",
        "2 records are stored.",
        "every active one of older years",
    ):
        assert said in page, said
    assert filled.subscriber_id


def test_it_names_no_reader_no_search_and_no_address(
    site: Visitor, engine: Engine, session: Session, filled: Filled
) -> None:
    save_search(
        session,
        subscriber_id=filled.subscriber_id,
        name="my own illness",
        text="xenotransplantation OR cells",
        cadence=Cadence.DAILY,
        now=NOW,
    )
    with open_session(engine) as own:
        own.exec(delete(Notice))
        own.commit()
    audit = audit_matches(engine, now=NOW + MONTH)
    assert audit.findings
    page = site.get("/coverage").text
    for secret in (READER, "xenotransplantation", "my own illness", "reader_id", "search_id"):
        assert secret not in page


@pytest.mark.parametrize("path", ["/", "/sweeps/2"])
def test_readers_find_it(path: str, site: Visitor, filled: Filled) -> None:
    assert 'href="/coverage"' in site.get(path).text
    assert filled.subscriber_id


def test_a_corner_that_is_watched_is_named(engine: Engine, settings: Settings) -> None:
    corner = settings.model_copy(
        update={"scope_agencies": ("nci",), "scope_states": ("AZ",), "scope_active": False}
    )
    page = Visitor(create_app(corner, engine)).get("/coverage").text
    assert "Only those of the institutes NCI. Only those of the states AZ." in page


def test_operators_see_an_audit_that_found_something(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    note(engine, AuditKind.MATCHES, agreed=9, examined=10)
    assert "1 is neither told nor waiting in time" in site.get("/ops").text
    families = {one.name: one for one in text_string_to_metric_families(site.get("/metrics").text)}
    samples: list[tuple[Mapping[str, str], float]] = [
        (sample.labels, sample.value) for sample in families["tidings_audit_things"].samples
    ]
    assert ({"audit": "matches", "outcome": "agreed"}, 9) in samples
    assert filled.subscriber_id
