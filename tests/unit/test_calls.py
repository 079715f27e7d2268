"""What a call says of a notice, in the words of its reader."""

from typing import Any

import pytest
from conftest import NOW
from jsonschema import validate

from tidings.delivery.webhooks import StudyEvent
from tidings.notices.calls import MOST_LINES, Matter, chat_text, chat_title, event_of, many_text
from tidings.notices.links import Links
from tidings.notices.models import Notice
from tidings.notices.reasons import Clause, FollowReason, Reason, SearchReason
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.rendering.speech import ENGLISH, Speech
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence

SPANISH = Speech("es")
LINKS = Links("https://tidings.example")
FOLLOWED = FollowReason(follow_id=1, change_ids=(1,))


def found(*clauses: str, changes: tuple[int, ...] = ()) -> SearchReason:
    held = tuple(Clause(clause=clause, field="project_title") for clause in clauses)
    return SearchReason(saved_search_id=3, appl_id=9, version=1, clauses=held, change_ids=changes)


def change(**values: Any) -> Change:
    plain: dict[str, Any] = {
        "id": 1,
        "project_id": 1,
        "appl_id": 9,
        "version": 2,
        "sweep_id": 4,
        "kind": ChangeKind.END_CUT,
        "severity": Severity.CRITICAL,
        "field": "project_end_date",
        "before": "2027-07-31",
        "after": "2026-11-20",
        "seen_at": NOW,
    }
    return Change(**plain | values)


def matter(*reasons: Reason, changes: tuple[Change, ...] = (), title: str = "Stiff") -> Matter:
    notice = Notice(
        subscriber_id=1,
        project_id=1,
        sweep_id=4,
        severity=Severity.CRITICAL,
        reasons=[],
        cadence=Cadence.WEEKLY,
        created_at=NOW,
    )
    saved = SavedSearch(
        id=3, subscriber_id=1, search_id=1, name="Breast cancer", text="trop2", created_at=NOW
    )
    return Matter(notice, "CA000001", title, reasons, changes, [saved])


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (matter(FOLLOWED, changes=(change(),)), "study.changed"),
        (matter(found("title:trop2")), "study.found"),
        (
            matter(found("title:trop2"), changes=(change(kind=ChangeKind.FIRST_ABSTRACT),)),
            "study.found",
        ),
        (matter(found("title:trop2"), FOLLOWED, changes=(change(),)), "study.changed"),
        (matter(found("change:end_cut", "state:AZ"), changes=(change(),)), "study.changed"),
        (matter(found("severity:critical"), changes=(change(),)), "study.changed"),
        (matter(found("title:x"), changes=(change(kind=ChangeKind.REVERSED),)), "study.changed"),
    ],
)
def test_an_event_says_whether_a_study_has_changed_or_was_found(told: Matter, kind: str) -> None:
    event = event_of(told, LINKS, ENGLISH)
    assert event.type == kind
    validate(event.model_dump(mode="json"), StudyEvent.model_json_schema(mode="serialization"))


def test_an_event_is_the_same_each_time_it_is_written() -> None:
    told = matter(FOLLOWED, found("title:trop2"), changes=(change(),))
    first, second = (event_of(told, LINKS, ENGLISH).model_dump_json() for _ in range(2))
    assert first == second


def test_an_event_names_the_search_that_found_it_and_what_changed_in_the_readers_language() -> None:
    event = event_of(matter(found("title:trop2"), changes=(change(),)), LINKS, SPANISH)
    assert [reason.name for reason in event.data.reasons] == ["Breast cancer"]
    assert event.data.changes[0].words == "Fecha de fin: antes 31 jul 2027, ahora 20 nov 2026"
    assert (event.data.changes[0].before, event.data.changes[0].after) == (
        "2027-07-31",
        "2026-11-20",
    )


def test_a_chat_says_no_condition_unless_its_reader_wants_that() -> None:
    told = matter(found("title:trop2"), changes=(change(),), title="Breast tumors")
    discreet = chat_text(told, LINKS, ENGLISH, names_searches=False)
    assert "reast" not in discreet + chat_title(told, ENGLISH)
    assert discreet.splitlines() == [
        "CA000001",
        "▼ End date: was 31 Jul 2027, now 20 Nov 2026",
        "https://tidings.example/studies/CA000001",
    ]
    open_hearted = chat_text(told, LINKS, ENGLISH, names_searches=True)
    assert "Breast tumors" in open_hearted
    assert "Found by Breast cancer" in open_hearted


def test_a_chat_takes_no_orders_from_a_record() -> None:
    told = matter(
        FOLLOWED,
        changes=(
            change(kind=ChangeKind.TITLE_CHANGED, field="project_title", before="a", after="x"),
        ),
    )
    hostile = "<!channel> @everyone *bold* `code` <https://evil.example|click>"
    told = Matter(told.notice, told.key, hostile, told.reasons, told.changes, told.saved)
    text = chat_text(told, LINKS, ENGLISH, names_searches=True)
    assert not set("<>@*`") & set(text)


def test_a_chat_is_short_however_much_has_changed() -> None:
    many = tuple(change(id=number, field=f"field_{number}") for number in range(20))
    lines = chat_text(matter(FOLLOWED, changes=many), LINKS, ENGLISH, names_searches=False)
    assert len(lines.splitlines()) == MOST_LINES + 3
    assert "and 12 more changes" in lines


def test_very_much_news_is_one_line() -> None:
    assert many_text(121, 4, LINKS, ENGLISH).startswith("There is news of 121 studies.")
    assert many_text(1481, 4, Links("https://x", "es"), SPANISH).startswith(
        "Hay noticias de 1,481 estudios."
    )
