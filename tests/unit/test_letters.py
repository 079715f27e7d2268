"""What a letter shows of the passages that a search held on."""

from tidings.notices.excerpts import excerpts
from tidings.notices.letters import Excerpt
from tidings.notices.reasons import Clause


def test_two_bounds_on_one_day_show_it_once() -> None:
    bounds = [Clause(clause=one, field="project_end_date", excerpt="2026-05-31")
              for one in ("end>=2026-01-01", "end<=2026-12-31")]  # fmt: skip
    assert excerpts(bounds) == (Excerpt("end date", (("2026-05-31", False),)),)


def test_a_passage_that_two_words_held_on_is_shown_once_with_both_marked() -> None:
    title = "Cells in cancer"
    words = [
        Clause(clause="cancer", field="project_title", excerpt=title, spans=((9, 15),)),
        Clause(clause="cells", field="project_title", excerpt=title, spans=((0, 5),)),
        Clause(clause='"cells in"', field="project_title", excerpt=title, spans=((0, 8),)),
    ]
    (shown,) = excerpts(words)
    assert shown.pieces == (("Cells", True), (" in ", False), ("cancer", True))


def test_doubles_take_no_place_from_others() -> None:
    clauses = [
        Clause(clause=f"{field}{number}", field=field, excerpt=field)
        for field in ("award_amount", "project_title", "abstract_text", "terms")
        for number in range(2)
    ]
    assert [one.field for one in excerpts(clauses)] == ["money this year", "title", "abstract"]
