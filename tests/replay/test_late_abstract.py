"""A recorded abstract that came years after its record starts a match, once."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from oracle import read_recordings
from sqlmodel import select

from tidings.config import Settings
from tidings.db.session import open_reader
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS, SearchReason
from tidings.projects.models import Sweep
from tidings.replay.play import Readers, play
from tidings.searches.text import words_of
from tidings.wiring import open_engine

FILE = "icc-eval/recordings.jsonl.gz"
TEXTS = ("project_title", "abstract_text", "terms", "pref_terms")
Row = dict[str, Any]


def _rows(recording: Row) -> dict[int, Row]:
    return {row["appl_id"]: row for row in recording["results"]}


def _words(row: Row) -> set[str]:
    return {word for name in TEXTS for word in words_of(row.get(name) or "")}


def _late(recordings: list[Row]) -> tuple[int, int, str]:
    """Return when an abstract came late: the recording, the award, and a word that only it has."""
    for at in range(len(recordings) - 3, 0, -1):
        before, after = _rows(recordings[at - 1]), _rows(recordings[at])
        for appl_id in sorted(before.keys() & after.keys()):
            if before[appl_id].get("abstract_text") or not after[appl_id].get("abstract_text"):
                continue
            around = recordings[at - 1 : at + 2]
            others = [
                _words(row)
                for recording in around
                for one, row in _rows(recording).items()
                if one != appl_id
            ]
            known = _words(before[appl_id]).union(*others)
            new = set(words_of(after[appl_id]["abstract_text"])) - known
            if own := sorted(word for word in new if len(word) > 5 and word.isalpha()):
                return at, appl_id, own[0]
    raise LookupError("no abstract came late")


@pytest.mark.timeout(120)
def test_a_study_whose_abstract_comes_late_is_told_once_when_it_comes(
    real_data: Path, tmp_path: Path
) -> None:
    recordings = read_recordings(real_data / FILE)
    at, appl_id, word = _late(recordings)
    file = tmp_path / "around.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(one)}\n" for one in recordings[at - 1 : at + 2])
    settings = Settings(data_dir=tmp_path / "data", sender="capture")

    played = play(
        file, Readers(search=f'"{word}"'), settings=settings, on_step=lambda _done, _of: None
    )

    assert played == 3
    engine = open_engine(settings)
    with open_reader(engine) as session:
        (notice,) = session.exec(select(Notice)).all()
        sweeps = session.exec(select(Sweep).order_by("id")).all()
        mails = session.exec(select(Delivery)).all()
    engine.dispose()
    (reason,) = REASONS.validate_python(notice.reasons)
    assert isinstance(reason, SearchReason)
    assert (reason.appl_id, reason.clauses[0].field) == (appl_id, "abstract_text")
    assert notice.sweep_id == sweeps[1].id
    assert [mail.kind for mail in mails].count(DeliveryKind.CHANGE_ALERT) == 1
