"""Which names of a condition a search could add, and what the search becomes with them."""

from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.errors import QueryError, RejectedError
from tidings.searches.condition_additions import (
    Added,
    LeftOut,
    add_names,
    read_choice,
    value_of,
)
from tidings.searches.condition_names import KnownCondition, written
from tidings.searches.conditions import Choice, Suggestion, gather, keys_of, suggestions
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import MAX_LENGTH, MAX_TERMS, parse


def ours(name: str, *synonyms: str) -> KnownCondition:
    return KnownCondition(name, f"tidings:{name}", (name, *synonyms))


def theirs(name: str, *synonyms: str) -> KnownCondition:
    return KnownCondition(name, f"DOID:{name}", (name, *synonyms))


KNOWN = (
    ours("triple-negative breast cancer", "TNBC", "triple-negative breast carcinoma"),
    ours("breast cancer", "mammary carcinoma", "breast carcinoma"),
    ours("amyotrophic lateral sclerosis", "ALS", "Lou Gehrig's disease"),
    ours("multiple sclerosis", "MS"),
    ours("mitral stenosis", "MS", "mitral valve stenosis"),
    ours("acute lymphoblastic leukemia", "ALL", "acute lymphocytic leukemia"),
    theirs("chronic obstructive pulmonary disease", "COLD", "COPD"),
    theirs("primary cutaneous amyloidosis", "PCA"),
    theirs("breast carcinoma", "carcinoma of breast", "mammary carcinoma"),
    theirs("HER2 positive breast cancer", "HER2+ breast cancer"),
    theirs("HER2 negative breast cancer", "HER2- breast cancer"),
)


def suggested(text: str) -> dict[tuple[str, str], list[str]]:
    """Return the chosen names by clause and condition."""
    return {
        (one.clause, one.condition): [name.text for name in one.names if name.is_chosen]
        for one in suggestions(text, KNOWN)
    }


def notes(text: str) -> dict[str, str]:
    return {name.text: name.note for one in suggestions(text, KNOWN) for name in one.names}


def expanded(text: str, known: tuple[KnownCondition, ...] = KNOWN) -> str:
    """Return a search with the names that are chosen unasked."""
    found: tuple[Suggestion, ...] = suggestions(text, known)
    return add_names(text, [choice for one in found for choice in one.choices()]).text


ALS = 'ALS OR "amyotrophic lateral sclerosis" OR "Lou Gehrig\'s disease"'
TNBC = 'TNBC OR "triple-negative breast carcinoma"'
BREAST = '(breast cancer) OR "mammary carcinoma" OR "breast carcinoma" OR "carcinoma of breast"'


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("ALS", f"({ALS})"),
        ("title:ALS", f"title:({ALS})"),
        ("title: ALS OR lung", f"title: ({ALS}) OR lung"),
        ("lung OR ALS", f"lung OR {ALS}"),
        ("(ALS) mice", f"({ALS}) mice"),
        ("“lung”   ALS\tmice", f"“lung”   ({ALS})\tmice"),
        (
            '"triple-negative breast cancer" AND state:AZ',
            f'("triple-negative breast cancer" OR {TNBC}) AND state:AZ',
        ),
        (
            "triple negative breast cancers fy>=2024",
            f"((triple negative breast cancers) OR {TNBC}) fy>=2024",
        ),
        ("title:(breast cancer)", f"title:({BREAST})"),
        ("(breast cancer) mice", f"({BREAST}) mice"),
        ("lung OR breast cancer", f"lung OR {BREAST}"),
        ('"COPD" NOT mice', '("COPD" OR "chronic obstructive pulmonary disease") NOT mice'),
    ],
)
def test_a_clause_becomes_a_choice_of_names_and_the_rest_stays(text: str, longer: str) -> None:
    assert expanded(text) == longer


@pytest.mark.parametrize(
    "text",
    [
        "title:breast cancer",  # two clauses, of which only the first is of the title
        "org:ALS",
        "pi:(multiple OR ALS)",
        "cancer NOT ALS",
        "cancer NOT (mice OR ALS)",
        "als*",
        "breast OR cancer",
        '"metastatic breast cancer" mouse',
        "all children",
        "cold exposure",
        "change:(end_cut OR reversed) state:AZ fy>2020",
    ],
)
def test_nothing_is_suggested_where_no_condition_is_named_or_more_names_would_find_less(
    text: str,
) -> None:
    assert suggestions(text, KNOWN) == ()


def test_the_longest_name_wins_over_those_within_it() -> None:
    assert list(suggested("metastatic triple negative breast cancer AND breast cancer")) == [
        ("triple negative breast cancer", "triple-negative breast cancer"),
        ("breast cancer", "breast cancer"),
    ]


def test_a_name_of_two_conditions_offers_each_and_chooses_neither() -> None:
    assert suggested("MS") == {("MS", "multiple sclerosis"): [], ("MS", "mitral stenosis"): []}
    found = suggestions("MS", KNOWN)
    assert {one.note for one in found} == {"may mean mitral stenosis or multiple sclerosis"}


def test_short_forms_and_plain_english_are_shown_and_not_chosen() -> None:
    assert notes('"multiple sclerosis"') == {"MS": "also a name of mitral stenosis"}
    assert notes('"chronic obstructive pulmonary disease"')["COLD"].startswith("also plain English")
    assert notes('"acute lymphoblastic leukemia"')["ALL"].startswith("also plain English")
    assert notes('"primary cutaneous amyloidosis"')["PCA"].startswith("a short form")
    assert suggested("ALL") == {("ALL", "acute lymphoblastic leukemia"): []}
    assert suggested("PCA") == {("PCA", "primary cutaneous amyloidosis"): []}


def test_a_name_told_by_its_sign_is_not_chosen() -> None:
    assert suggested('"HER2+ breast cancer"') == {
        ('"HER2+ breast cancer"', "HER2 positive breast cancer"): [],
        ('"HER2+ breast cancer"', "HER2 negative breast cancer"): [],
    }
    plus = theirs("blast crisis lymphoma", "MYC+ lymphoma")
    assert [
        name.note for one in suggestions("blast crisis lymphoma", [plus]) for name in one.names
    ] == ["a search does not see its + and -"]


def test_what_finds_nothing_more_is_not_offered() -> None:
    known = [theirs("gout", "acute gout", "podagra", "gout of the big toe")]
    assert suggested_of("gout", known) == ["podagra"]
    assert suggested_of('podagra OR "gout" OR nail', known) == []


def suggested_of(text: str, known: list[KnownCondition]) -> list[str]:
    return [name.text for one in suggestions(text, known) for name in one.names]


def test_plurals_possessives_and_british_spellings_are_understood() -> None:
    known = [theirs("esophageal tumor", "gullet growth"), theirs("Crohn disease", "ileitis")]
    for text in ("oesophageal tumours", "esophageal tumors", '"oesophageal tumor"'):
        assert expanded(text, tuple(known)).endswith('"gullet growth")')
    assert expanded('"Crohn\'s disease"', tuple(known)).endswith(" OR ileitis)")


def test_a_condition_of_two_vocabularies_is_one() -> None:
    known = (
        ours("type 1 diabetes", "T1D", "type 1 diabetes mellitus"),
        theirs("type 1 diabetes mellitus", "IDDM", "brittle diabetes"),
    )
    assert expanded("T1D", known) == '(T1D OR "type 1 diabetes" OR IDDM OR "brittle diabetes")'
    assert expanded("IDDM", known) == '(IDDM OR "type 1 diabetes" OR T1D OR "brittle diabetes")'


def test_a_short_form_with_another_stem_stands_in_quotes() -> None:
    assert [written(name) for name in ("ALS", "TNBC", "lymphoma", 'say "x"', "or", "Ménière")] == [
        '"ALS"',
        "TNBC",
        "lymphoma",
        '"say x"',
        '"or"',
        '"Ménière"',
    ]


def test_choices_of_a_search_that_was_edited_go_to_where_the_clause_stands_now() -> None:
    choice = Choice(0, "TNBC", "triple-negative breast cancer")
    assert add_names("lung AND TNBC", [choice]).text == (
        'lung AND (TNBC OR "triple-negative breast cancer")'
    )
    gone = add_names("lung", [choice])
    assert gone == Added("lung", (LeftOut(choice, "the search has no clause TNBC by itself"),))


def test_a_name_of_the_readers_own_is_added_like_any_other() -> None:
    assert add_names("TNBC", [Choice(0, "TNBC", 'basal-like "HR/HER2" cancer')]).text == (
        '(TNBC OR "basal-like HR/HER2 cancer")'
    )
    with pytest.raises(RejectedError, match="no letter or digit"):
        add_names("TNBC", [Choice(0, "TNBC", "???")])


def test_a_choice_travels_through_a_form() -> None:
    choice = Choice(3, '"ALS"', "Lou Gehrig’s disease")
    assert read_choice(value_of(choice)) == choice
    for bad in ("", "[]", "[1,2,3]", '[true,"a","b"]', "[" * 9999, '{"a":1}'):
        with pytest.raises(RejectedError, match="load the page again"):
            read_choice(bad)


def test_every_clause_gets_its_first_names_and_what_does_not_fit_is_said() -> None:
    text = " OR ".join(f"word{number}" for number in range(MAX_TERMS - 3)) + " OR TNBC OR ALS"
    found = [choice for one in suggestions(text, KNOWN) for choice in one.choices()]
    added = add_names(text, found)
    assert added.text.endswith('TNBC OR "triple-negative breast cancer" OR ALS')
    assert {one.reason for one in added.left_out} == {f"a search has at most {MAX_TERMS} terms"}
    assert len(added.left_out) == 3
    long = f'"{"x" * (MAX_LENGTH - 12)}" OR TNBC'
    assert add_names(long, [Choice(long.index("TNBC"), "TNBC", "abc")]).left_out[0].reason == (
        "a search has at most 2,000 characters"
    )


def test_parentheses_too_deep_leave_a_name_out() -> None:
    deep = "(" * 20 + "a OR x TNBC" + ")" * 20
    added = add_names(deep, [Choice(deep.index("TNBC"), "TNBC", "abc")])
    assert added.text == deep
    assert added.left_out[0].reason == "parentheses would stand too deep"


def test_a_search_that_does_not_parse_is_refused() -> None:
    with pytest.raises(QueryError):
        suggestions("title:", KNOWN)


WORDS = ("alpha", "beta", "gamma", "delta", "xyz")
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
vocabularies = st.lists(
    st.tuples(st.booleans(), st.lists(names, min_size=1, max_size=4, unique=True)), max_size=5
).map(
    lambda rows: tuple(
        KnownCondition(all_of[0], f"{'tidings' if is_ours else 'V'}:{number}", tuple(all_of))
        for number, (is_ours, all_of) in enumerate(rows)
    )
)
leaf_texts = st.one_of(
    st.sampled_from(WORDS),
    names.map(lambda name: f'"{name}"'),
    st.sampled_from(WORDS).map(lambda word: f"title:{word}"),
    names.map(lambda name: f"title:({name})"),
    names.map(lambda name: f"({name})"),
    st.just("fy>2020"),
)
texts = st.recursive(
    leaf_texts,
    lambda parts: st.one_of(
        st.lists(parts, min_size=2, max_size=4).map(" ".join),
        st.lists(parts, min_size=2, max_size=3).map(" OR ".join),
        parts.map(lambda part: f"({part})"),
        parts.map(lambda part: f"alpha NOT ({part})"),
    ),
    max_leaves=8,
)
documents = st.fixed_dictionaries(
    {
        "project_title": st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
        "abstract_text": st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
        "fiscal_year": st.integers(2019, 2022),
    }
).map(Document)


def is_search(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


@given(texts.filter(is_search), vocabularies, st.lists(documents, min_size=1, max_size=5))
def test_a_longer_search_finds_all_that_the_shorter_found(
    text: str, known: tuple[KnownCondition, ...], found_in: list[Document]
) -> None:
    longer = parse(expanded(text, known))
    typed = parse(text)
    assert [one for one in found_in if holds(typed, one) and not holds(longer, one)] == []


@given(texts.filter(is_search), vocabularies)
def test_a_second_time_adds_nothing(text: str, known: tuple[KnownCondition, ...]) -> None:
    longer = expanded(text, known)
    assert expanded(longer, known) == longer


@given(texts.filter(is_search), vocabularies)
def test_what_is_gathered_is_all_that_a_suggestion_needs(
    text: str, known: tuple[KnownCondition, ...]
) -> None:
    mine = [one for one in known if one.vocabulary == "tidings"]
    rest = [one for one in known if one.vocabulary != "tidings"]

    def ask(keys: Collection[str]) -> list[KnownCondition]:
        called = [one for one in rest if one.keys.keys() & keys]
        shared = {key for one in called for key in one.keys}
        return [one for one in rest if one.keys.keys() & shared]

    gathered = gather(keys_of(text), mine, ask)
    assert suggestions(text, gathered) == suggestions(text, [*mine, *rest])


pieces = st.sampled_from(
    [
        *("ALS", "MS", "breast cancer", '"breast cancer"', "“ALS”", "breast-cancer", "É", "BREAST"),
        *("title:ALS", 'title:"MS"', "title:(ALS OR MS)", "title :ALS", "org:MS", "fy>2020"),
        *("A\u00adLS", "\u200bMS\u200b", "immun*", "ALS*", "\uff08ALS\uff09", 'near:"Boston, MA"'),
    ]
)
joins = st.sampled_from([" OR ", " AND ", " NOT ", " AND NOT ", " ", "\n", "  "])
searches = st.recursive(
    pieces,
    lambda parts: st.one_of(
        st.tuples(parts, joins, parts).map("".join),
        parts.map("({})".format),
        parts.map("\uff08 {} \uff09".format),
    ),
    max_leaves=6,
)


@settings(max_examples=50)  # each parses several times
@given(searches.filter(is_search))
def test_whatever_parses_stays_a_search_that_finds_no_less(text: str) -> None:
    longer = expanded(text)
    assert expanded(longer) == longer
    typed = parse(text)
    assert not holds(typed, Document({"project_title": text})) or holds(
        parse(longer), Document({"project_title": text})
    )
