"""The receipt of a reading of papers says what was asked, in its own words."""

import pytest
from conftest import NOW
from site_of_tests import Visitor
from sqlalchemy import Engine

from tidings.db.session import open_session
from tidings.projects.models import Purpose, Sweep, SweepState


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/sweeps/1", "Studies with new papers</dt><dd>3"),
        ("/es/sweeps/1", "artículos nuevos</dt><dd>3"),
    ],
)
def test_it_counts_studies_and_links_and_claims_nothing_of_records(
    site: Visitor, engine: Engine, path: str, words: str
) -> None:
    with open_session(engine) as session:
        session.add(
            Sweep(
                purpose=Purpose.PAPERS,
                state=SweepState.COMPLETE,
                examined=50,
                new=7,
                changed=3,
                started_at=NOW,
                finished_at=NOW,
            )
        )
        session.commit()
    page = site.get(path).text
    assert words in page
    assert "Every record" not in page
    assert site.get("/coverage").status_code == 200
