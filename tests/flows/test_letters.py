"""What letters that tell of studies say, written from the rows that the real pipeline leaves."""

from datetime import timedelta

import pytest
from sources import ListedSource, record
from sqlalchemy import Engine, event
from sqlmodel import col, select
from weeks import WEEK, World

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.flows.write_letter import open_desk
from tidings.notices.letters import AlertLetter, RollUpLetter
from tidings.rendering.slots import SLOT
from tidings.subscribers.models import Cadence, Follow

SIDE = {"org_name": "NORTHGATE UNIVERSITY", "org_state": "AZ", "org_city": "PHOENIX"}


@pytest.fixture
def world(sqlite_engine: Engine, settings: Settings) -> World:
    made = World(sqlite_engine, settings, ListedSource([record(1), record(2)]))
    made.sweep()
    return made


def test_equal_news_are_equal_letters_whoever_gets_them(world: World) -> None:
    for name in ("one", "two"):
        reader = world.reader(name)
        world.follow(reader, "CA000001")
        world.save(reader, "part")
    world.cut(0)
    world.source.records.append(record(3))
    world.sweep()
    one, two = map(world.letter, world.digests())
    assert one == two
    assert hash(one) == hash(two)
    assert SLOT in repr(one)


def test_a_batch_of_letters_asks_about_ten_questions_however_many_they_are(world: World) -> None:
    for number in range(12):
        reader = world.reader(f"r{number}")
        world.follow(reader, "CA000001", "CA000002")
        world.save(reader, f"part NOT nothing{number}")
    world.cut(0, 1)
    world.source.records.append(record(3))
    world.sweep()
    ids = world.digests()
    asked: list[str] = []
    with open_session(world.engine) as session:
        rows = session.exec(select(Delivery).where(col(Delivery.id).in_(ids))).all()
        note = asked.append
        event.listen(world.engine, "before_cursor_execute", lambda *told: note(told[2]))
        desk = open_desk(session, rows, world.settings)
        read = len(asked)
        letters = [desk.letter(row) for row in rows]
    assert len(letters) == 12
    assert read <= 10
    assert len(asked) == read


def test_a_digest_shows_the_note_of_its_reader_and_how_to_mute_or_stop(world: World) -> None:
    world.follow(world.reader("reader"), "CA000001")
    with open_session(world.engine) as session:
        session.exec(select(Follow)).one().note = "for my sister"
        session.commit()
    world.cut(0)
    world.sweep()
    (study,) = world.digest().followed
    assert study.note == "for my sister"
    assert study.settings_url.endswith(f"/mail/{SLOT}/studies/CA000001")
    assert study.stop_url.endswith(f"/unsubscribe/{SLOT}/studies/CA000001")
    assert study.people == "Bogang Wu, Mayo Clinic Arizona (AZ)"
    assert study.facts == "Research project (R01) · $400,000 from NCI in 2026 · ends 20 Nov 2026"


def test_the_same_study_in_two_sweeps_stands_in_a_digest_once(world: World) -> None:
    reader = world.reader("reader")
    world.follow(reader, "CA000001")
    world.save(reader, "severity:critical")
    world.source.records[0]["award_amount"] = 900_000
    world.sweep()
    world.cut(0)
    world.sweep()
    letter = world.digest()
    (study,) = letter.followed
    assert [line.label for line in study.lines] == ["End date", "Money this year"]
    assert study.also == ("severity:critical",)
    assert letter.searches == ()
    assert len(letter.receipts) == 2
    assert (letter.changes, letter.changed, letter.found) == (2, 1, 0)


def test_whoever_was_told_of_bad_news_reads_when_it_is_undone(world: World) -> None:
    world.follow(
        world.reader("reader", quiet_from=0, quiet_until=0), "CA000001", cadence=Cadence.IMMEDIATE
    )
    whole = world.source.records[0]["project_end_date"]
    world.cut(0)
    world.sweep()
    first = world.alerts()
    told_on = (world.now + timedelta(days=1)).date()
    world.send(first)
    world.source.records[0]["project_end_date"] = whole
    world.sweep()
    (second,) = world.alerts()
    letter = world.letter(second)
    assert isinstance(letter, AlertLetter)
    (line,) = [one for one in letter.study.lines if one.label == "End date"]
    assert line.explanation == f"This undoes what we told you on {told_on.day} {told_on:%b %Y}."
    assert letter.headline == "an earlier change was undone"


def test_whoever_was_not_told_reads_only_that_it_undoes_something(world: World) -> None:
    whole = world.source.records[0]["project_end_date"]
    world.cut(0)
    world.sweep()
    world.follow(world.reader("late"), "CA000001")
    world.source.records[0]["project_end_date"] = whole
    world.sweep()
    (study,) = world.digest().followed
    assert study.lines[0].explanation == "This undoes a change that was shown earlier."


def test_a_storm_at_one_organization_is_one_story_and_the_rest_stays(world: World) -> None:
    world.source.records += [record(number, organization=SIDE) for number in range(11, 23)]
    world.sweep()
    keys = [f"CA{number:06d}" for number in (1, *range(11, 23))]
    world.follow(world.reader("reader"), *keys)
    world.cut(0, *range(2, 14))
    world.sweep()
    letter = world.digest()
    (group,) = letter.rolled
    assert (group.organization, group.headline) == (
        "Northgate University",
        "end date moved earlier",
    )
    assert (group.count, len(group.studies), group.more) == (12, 5, 7)
    assert group.explanation.startswith("RePORTER does not say why.")
    assert [study.key for study in letter.followed] == ["CA000001"]
    assert letter.subject == "13 changes in 13 studies you follow"


def test_many_new_studies_of_one_organization_keep_their_places_under_the_search(
    world: World,
) -> None:
    world.save(world.reader("reader"), "cells")
    world.source.records += [record(number, organization=SIDE) for number in range(11, 25)]
    world.sweep()
    letter = world.digest()
    assert letter.rolled == ()
    (block,) = letter.searches
    assert (len(block.studies), block.more) == (10, 4)
    assert block.more_url.endswith(f"/mail/{SLOT}#search-1")


def test_more_than_a_mail_holds_is_counted_and_never_shown_in_part(world: World) -> None:
    reader = world.reader("reader")
    world.source.records += [
        record(number, organization=SIDE | {"org_name": f"PLACE {number}"})
        for number in range(11, 41)
    ]
    world.source.records += [record(number) for number in range(101, 161)]  # so it is no storm
    world.sweep()
    world.follow(reader, *(f"CA{number:06d}" for number in range(11, 41)))
    world.save(reader, "cells")
    world.cut(*range(2, 32))
    world.source.records.append(record(99))
    world.sweep()
    letter = world.digest()
    assert (len(letter.followed), letter.more_followed) == (25, 5)
    (block,) = letter.searches
    assert (block.studies, block.more) == ((), 1)


@pytest.mark.parametrize(
    ("names", "subject"),
    [(False, "1 study found by your searches"), (True, "1 study found by your searches: part")],
)
def test_a_subject_names_a_search_only_for_who_wants_that(
    world: World, *, names: bool, subject: str
) -> None:
    world.save(world.reader("reader", names_searches=names), "part")
    world.source.records.append(record(3))
    world.sweep()
    assert world.digest().subject == subject


def test_a_digest_says_since_when_nothing_was_read_if_that_is_too_long(world: World) -> None:
    world.follow(world.reader("reader"), "CA000001")
    world.cut(0)
    world.sweep()
    read_on = (world.now - WEEK).date()
    world.week += 3
    letter = world.digest()
    assert letter.stale_since == read_on
    assert letter.late


def test_a_digest_of_a_fresh_reading_says_nothing_of_its_age(world: World) -> None:
    world.follow(world.reader("reader"), "CA000001")
    world.cut(0)
    world.sweep()
    letter = world.digest()
    assert letter.stale_since is None
    assert not letter.late


def test_days_are_those_of_the_reader(world: World) -> None:
    world.follow(world.reader("tokyo", time_zone="Asia/Tokyo", digest_hour=6), "CA000001")
    world.cut(0)
    world.sweep()
    letter = world.digest()
    assert letter.ends_on.isoweekday() == 1  # Monday at six in Tokyo is still Sunday in UTC


def test_a_reader_of_spanish_gets_spanish_words_and_spanish_links(world: World) -> None:
    world.follow(world.reader("lectora", language="es"), "CA000001")
    world.cut(0)
    world.sweep()
    letter = world.digest()
    assert letter.subject == "1 cambio en 1 estudio que sigue"
    (study,) = letter.followed
    assert study.lines[0].label == "Fecha de fin"
    assert study.facts.startswith("Proyecto de investigación (R01)")
    assert study.url.endswith("/es/studies/CA000001")
    assert "/es/unsubscribe/" in letter.footer.unsubscribe_url


def test_a_mail_about_many_studies_groups_them_by_place_and_kind(world: World) -> None:
    world.source.records += [record(number, organization=SIDE) for number in range(11, 23)]
    world.sweep()
    reader = world.reader("reader", quiet_from=0, quiet_until=0)
    keys = [f"CA{number:06d}" for number in (1, *range(11, 23))]
    world.follow(reader, *keys, cadence=Cadence.IMMEDIATE)
    world.cut(0, *range(2, 14))
    world.sweep()
    (delivery,) = world.alerts()
    letter = world.letter(delivery)
    assert isinstance(letter, RollUpLetter)
    assert letter.studies == 13
    assert [(group.organization, group.count) for group in letter.groups] == [
        ("Northgate University", 12),
        ("Mayo Clinic Arizona", 1),
    ]
    assert letter.csv_url.endswith(f"/mail/{SLOT}/changes.csv")
    assert letter.receipt is not None
