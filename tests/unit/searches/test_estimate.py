"""What is said of a search before anybody saves it."""

from datetime import timedelta
from typing import Any

from conftest import NOW

from tidings.searches.estimate import (
    WEEK,
    Advice,
    Variant,
    Week,
    count_weeks,
    judge,
    starts_of_weeks,
)
from tidings.subscribers.models import Cadence

HOUR = timedelta(hours=1)
NARROW = Variant("cells AND ic:NCI", "With ic:NCI", 40)
WIDE = Variant("cells", "Without state:AZ", 1)


def test_weeks_are_counted_back_from_now_and_the_first_may_be_short() -> None:
    starts = starts_of_weeks(NOW - 2 * WEEK - HOUR, NOW)
    assert starts == [NOW - 2 * WEEK - HOUR, NOW - 2 * WEEK, NOW - WEEK]
    assert starts_of_weeks(NOW - 2 * WEEK, NOW) == [NOW - 2 * WEEK, NOW - WEEK]
    assert starts_of_weeks(NOW, NOW) == []


def test_what_fell_on_the_edge_of_two_weeks_is_counted_once() -> None:
    starts = starts_of_weeks(NOW - 2 * WEEK, NOW)
    edge = NOW - WEEK
    weeks = count_weeks(
        starts,
        until=NOW,
        studies=[edge, edge + HOUR, NOW],
        changes={edge: 3, NOW: 1},
        mails=[edge],
    )
    assert weeks == [Week(starts[0], 1, 3, 1), Week(starts[1], 2, 1, 0)]


def test_of_a_sample_the_counts_are_raised_and_marked() -> None:
    (week,) = count_weeks(
        [NOW - WEEK], until=NOW, studies=[NOW] * 2, changes={NOW: 1}, mails=[NOW], share=0.1
    )
    assert week == Week(NOW - WEEK, 20, 10, 1, is_estimate=True)


def weeks(count: int = 26, **values: Any) -> list[Week]:
    plain: dict[str, Any] = {"studies": 0, "changes": 0, "mails": 0}
    return [Week(NOW - number * WEEK, **plain | values) for number in range(count, 0, -1)]


def said(
    found: list[Week], cadence: Cadence = Cadence.IMMEDIATE, digests: int = 26
) -> list[Advice]:
    return judge(
        found,
        cadence=cadence,
        otherwise={Cadence.WEEKLY: digests},
        narrower=[NARROW],
        wider=[WIDE],
    )


def test_so_many_mails_are_better_a_weekly_digest() -> None:
    (advice,) = said(weeks(studies=8, mails=8))
    assert advice.words == (
        "This would have sent 208 mails in 26 weeks; a weekly digest would have sent 26."
    )
    assert advice.cadence is Cadence.WEEKLY


def test_a_search_that_few_would_read_to_the_end_is_told_what_divides_it() -> None:
    broad, narrower = said(weeks(studies=20, changes=12, mails=1), Cadence.WEEKLY)
    assert "32 things a week" in broad.words
    assert narrower == Advice("With ic:NCI it would leave 40 studies now.", text=NARROW.text)


def test_a_search_that_never_found_anything_is_told_what_to_leave_out() -> None:
    dead, wider = said(weeks(), Cadence.WEEKLY, 0)
    assert dead.words == "This finds nothing now, and found nothing in 26 weeks."
    assert wider == Advice("Without state:AZ it finds 1 study now.", text=WIDE.text)


def test_what_is_estimated_is_called_so() -> None:
    (advice,) = said(weeks(studies=8, mails=8, is_estimate=True))
    assert "sent about 208 mails" in advice.words


def test_there_is_nothing_to_say_of_a_search_as_it_should_be_or_without_history() -> None:
    assert said(weeks(studies=1, mails=1)) == []
    assert said([]) == []
