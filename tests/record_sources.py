"""Records for tests of pages: invented ones always, recorded ones where they are."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tidings.projects.canonicalise import Canonical, canonical_fields
from tidings.sandbox.corpus import Corpus

EXAMPLE = 10796188
"""The award of the page that people know, one year earlier: no recording of it is whole."""


@cache
def invented_records() -> tuple[Canonical, ...]:
    """Return every record of a small invented world."""
    records = Corpus(seed=11, size=60).records(datetime(2026, 11, 23, tzinfo=UTC))
    return tuple(canonical_fields(record) for record in records)


@cache
def recorded_records(folder: Path) -> tuple[Canonical, ...]:
    """Return every recorded record, and the one of the example page made of what there is."""
    with gzip.open(folder / "projects.jsonl.gz") as lines:
        recorded = [canonical_fields(json.loads(line)) for line in lines]
    return (*recorded, example_record(folder))


def example_record(folder: Path) -> Canonical:
    """Return the record of the example page's award, from a corpus of texts and a list."""
    text = next(
        row
        for row in _rows_of_text(folder / "training-text/projects-1.jsonl.gz")
        if row["application_id"] == EXAMPLE
    )
    with gzip.open(folder / "award-tracker/awards-2026-08-22.csv.gz", "rt", newline="") as lines:
        row = next(row for row in csv.reader(lines) if row[:1] == [str(EXAMPLE)])
    _, number, code, _, year, institute, notice, added, _, amount, org, leader, title = row
    return canonical_fields(
        {
            "appl_id": EXAMPLE,
            "project_num": number,
            "core_project_num": number[1:].partition("-")[0],
            "activity_code": code,
            "fiscal_year": int(year),
            "agency_ic_admin": {"abbreviation": institute},
            "award_notice_date": notice,
            "date_added": added,
            "award_amount": int(amount),
            "organization": {"org_name": org},
            "contact_pi_name": leader,
            "project_title": title,
            "phr_text": text["phr"],
            "pref_terms": text["terms"],
        }
    )


def _rows_of_text(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) as lines:
        yield from (json.loads(line) for line in lines if str(EXAMPLE).encode() in line)
