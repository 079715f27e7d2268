"""Loading a vocabulary of conditions, and the names it lends to searches."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from tidings.db.session import open_session
from tidings.errors import QueryError
from tidings.flows.load_conditions import Loaded, load_conditions
from tidings.flows.suggest_names import add_usual_names, look_up, suggest_names
from tidings.searches.condition_files import read_file
from tidings.searches.condition_lines import Entry
from tidings.searches.condition_names import key_of
from tidings.searches.models import Condition, ConditionName


def entry(source: str, name: str, *synonyms: str) -> Entry:
    return Entry(source, name, {key_of(one): one for one in (name, *synonyms)})


def load(session: Session, *entries: Entry) -> Loaded:
    return load_conditions(session, entries, on_step=lambda _done, _total: None)


def stored(session: Session) -> dict[str, set[str]]:
    """Return the names of each condition by its own."""
    rows = session.exec(
        select(Condition.name, ConditionName.name).join(
            ConditionName, col(ConditionName.condition_id) == col(Condition.id)
        )
    )
    found: dict[str, set[str]] = {}
    for name, other in rows:
        found.setdefault(name, set()).add(other)
    return found


GOUT = entry("X:1", "gout", "podagra")


def test_a_second_time_changes_nothing(session: Session) -> None:
    assert load(session, GOUT) == Loaded(1, 2, 1, 0, 2, 0)
    assert load(session, GOUT) == Loaded(1, 2, 0, 0, 0, 0)
    assert stored(session) == {"gout": {"gout", "podagra"}}


def test_a_newer_file_renames_spells_anew_and_adds(session: Session) -> None:
    load(session, GOUT, entry("X:2", "crohn disease"))
    newer = (
        entry("X:1", "gouty arthritis", "Podagra", "tophaceous gout"),
        entry("X:2", "Crohn disease"),
    )
    assert load(session, *newer) == Loaded(2, 4, 0, 2, 2, 2)
    assert stored(session) == {
        "gouty arthritis": {"gout", "gouty arthritis", "Podagra", "tophaceous gout"},
        "Crohn disease": {"Crohn disease"},
    }
    assert load(session, *newer) == Loaded(2, 4, 0, 0, 0, 0)


def test_a_name_that_moves_to_another_condition_leaves_two(session: Session) -> None:
    load(session, GOUT, entry("X:2", "pseudogout"))
    load(session, entry("X:1", "urate gout"), entry("X:2", "gout"))
    assert set(stored(session)) == {"urate gout", "gout", "pseudogout"}


def test_what_was_loaded_joins_what_ships_with_tidings(session: Session) -> None:
    load(
        session,
        entry("X:1", "triple-negative breast cancer", "three-minus breast cancer"),
        entry("X:2", "trichobezoar", "hairball", "TNBC of cats"),
    )
    longer = add_usual_names(session, "TNBC state:AZ").text
    assert longer.startswith('(TNBC OR "triple-negative breast cancer" OR ')
    assert '"three-minus breast cancer"' in longer
    assert add_usual_names(session, longer).text == longer
    assert add_usual_names(session, "hairball").text == (
        '(hairball OR trichobezoar OR "TNBC of cats")'
    )


def test_without_a_vocabulary_ours_is_used(session: Session) -> None:
    assert add_usual_names(session, '"triple-negative breast cancer"').text.startswith(
        '("triple-negative breast cancer" OR TNBC OR '
    )
    assert [one.condition for one in suggest_names(session, "MS")] == [
        "mitral stenosis",
        "multiple sclerosis",
    ]
    assert [one.source for one in look_up(session, "MS")] == [
        "tidings:multiple-sclerosis",
        "tidings:mitral-stenosis",
    ]
    with pytest.raises(QueryError):
        suggest_names(session, "title:")


def test_a_name_that_two_loaded_conditions_share_is_not_chosen(session: Session) -> None:
    load(session, entry("X:1", "gout", "big toe"), entry("X:2", "turf toe", "big toe"))
    (found,) = suggest_names(session, "gout")
    assert [(one.text, one.note) for one in found.names] == [("big toe", "also a name of turf toe")]


def test_the_disease_ontology_loads_whole(session: Session, real_data: Path) -> None:
    entries = list(read_file(real_data / "vocab" / "conditions.jsonl.gz"))
    steps: list[tuple[int, int]] = []
    loaded = load_conditions(
        session,
        [one for one in entries if isinstance(one, Entry)],
        on_step=lambda done, total: steps.append((done, total)),
    )
    assert [one for one in entries if not isinstance(one, Entry)] == []
    assert (len(entries), loaded.conditions, loaded.names) == (12_247, 12_246, 26_279)
    assert steps[-1] == (26_279, 26_279)
    short, long = add_usual_names(session, "TNBC"), '"triple-negative breast cancer"'
    assert long in short.text
    assert " OR TNBC OR " in add_usual_names(session, long).text


def test_what_is_loaded_is_loaded_whole_or_not_at_all(session: Session) -> None:
    def fail(_done: int, _total: int) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        load_conditions(session, [GOUT], on_step=fail)
    session.rollback()
    with open_session(session.get_bind().engine) as other:
        assert other.connection().execute(text("SELECT count(*) FROM condition")).scalar() == 0
