"""What a reading of papers asks for at once, and what an answer means."""

from hypothesis import given
from hypothesis import strategies as st

from tidings.projects.papers import NUMBERS, Asked, by_project, first_group, judge

pmids = st.frozensets(st.integers(1, 9))
asked = st.integers(1, 40).map(lambda number: Asked(number, ("x",) * (1 + number % 9)))


@given(st.lists(asked))
def test_a_group_is_the_first_projects_that_one_request_may_name(due: list[Asked]) -> None:
    group = first_group(due)
    assert list(group) == list(dict.fromkeys(due))[: len(group)]
    assert bool(group) == bool(due)
    assert len(group) <= 1 or sum(len(one.numbers) for one in group) <= NUMBERS


def test_a_project_with_more_numbers_than_a_request_should_name_is_asked_for_alone() -> None:
    many = Asked(1, tuple(map(str, range(NUMBERS + 1))))
    assert first_group([many, Asked(2, ("x",))]) == (many,)


def test_the_papers_of_all_numbers_are_those_of_the_project_whatever_their_case() -> None:
    group = (Asked(1, ("K99CA1", "R00CA1")), Asked(2, ("R01CA2",)))
    links = {"k99ca1": {5}, "r00ca1": {5, 6}, "r01gm9": {7}}
    assert by_project(group, links) == {1: {5, 6}, 2: frozenset()}


@given(pmids, pmids)
def test_the_first_reading_is_a_baseline_and_later_ones_tell_what_came(
    known: frozenset[int], said: frozenset[int]
) -> None:
    first = judge(known, said, is_first=True, is_whole=True)
    later = judge(known, said, is_first=False, is_whole=True)
    assert first.news == ()
    assert later.news == later.added == first.added
    assert (known | set(later.added)) - set(later.gone) == said


@given(pmids, pmids)
def test_an_answer_that_is_not_whole_takes_nothing_away(
    known: frozenset[int], said: frozenset[int]
) -> None:
    verdict = judge(known, said, is_first=False, is_whole=False)
    assert verdict.gone == ()
    assert set(verdict.added) == said - known
