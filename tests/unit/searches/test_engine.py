"""Both kernels of the engine find what the oracle finds, whatever was searched and when."""

import gzip
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import any_queries, documents

from tidings.projects.canonicalise import canonical_fields
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.engine import Engine, Features, features_of, kernel_for
from tidings.searches.engine.engine import KernelName
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.query import And, Not, Or, Phrase, Prefix, Query, Value, ValueField, Word
from tidings.searches.text import words
from tidings.searches.trees import from_tree, to_tree

KERNELS: tuple[KernelName, ...] = ("pure", "fast")
Found = set[tuple[int, int]]


def found(engine: Engine, features: Sequence[Features]) -> Found:
    pairs = [
        (int(search), int(position))
        for ids, positions in engine.match(features)
        for search, position in zip(ids, positions, strict=True)
    ]
    assert len(pairs) == len(set(pairs)), "no pair twice"
    return set(pairs)


def found_one_by_one(engine: Engine, features: Sequence[Features]) -> Found:
    return {(search, at) for at, one in enumerate(features) for search in engine.match_one(one)}


def expected(searches: Sequence[Query], awards: Sequence[Document]) -> Found:
    return {
        (number, at)
        for number, query in enumerate(searches)
        for at, award in enumerate(awards)
        if holds(query, award)
    }


def engine_of(kernel: KernelName, searches: Iterable[Query]) -> Engine:
    engine = Engine(kernel)
    for number, query in enumerate(searches):
        engine.add(number, query)
    return engine


@settings(max_examples=100)
@given(
    searches=st.lists(any_queries(), min_size=1, max_size=12),
    awards=st.lists(documents(), min_size=1, max_size=6),
)
def test_the_engine_finds_what_the_oracle_finds(
    searches: list[Query], awards: list[Document]
) -> None:
    features = [features_of(award) for award in awards]
    for kernel in KERNELS:
        engine = engine_of(kernel, searches)
        assert found(engine, features) == expected(searches, awards)
        assert found_one_by_one(engine, features) == expected(searches, awards)


@settings(max_examples=25)
@given(
    searches=st.lists(any_queries(), min_size=2, max_size=10),
    awards=st.lists(documents(), min_size=2, max_size=4),
)
def test_a_search_that_comes_later_is_matched_at_once(
    searches: list[Query], awards: list[Document]
) -> None:
    features = [features_of(award) for award in awards]
    for kernel in KERNELS:
        engine = Engine(kernel)
        for number, query in enumerate(searches):
            engine.add(number, query)
            found_one_by_one(engine, features[:1])
            there = searches[: number + 1]
            assert found(engine, features) == expected(there, awards)


@given(query=any_queries())
def test_a_tree_says_the_same_search(query: Query) -> None:
    assert from_tree(json.loads(json.dumps(to_tree(query)))) == query


def test_a_tree_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no part of a search is written '\\?'"):
        from_tree(["?", "title", "tumor"])


@pytest.mark.parametrize("kernel", KERNELS)
def test_more_documents_than_a_chunk_keep_their_positions(kernel: KernelName) -> None:
    searches = [Phrase("text", ("one", "two")), Not(Word("text", "one")), Prefix("text", "twe")]
    engine = engine_of(kernel, searches)
    texts = [["one", "two"], ["two", "one"], ["twelve"]]
    features = [Features({"text": [texts[at % 3]]}) for at in range(5_000)]

    assert found(engine, features) == {
        *((0, at) for at in range(0, 5_000, 3)),
        *((1, at) for at in range(2, 5_000, 3)),
        *((2, at) for at in range(2, 5_000, 3)),
    }
    assert found(engine, features[1:2]) == set()


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_phrase_does_not_reach_out_of_its_passage(kernel: KernelName) -> None:
    engine = engine_of(kernel, [Phrase("text", ("lung", "cancer"))])

    assert found(engine, [Features({"text": [["lung"], ["cancer"]]})]) == set()
    assert found(engine, [Features({"text": [["a", "lung", "cancer"], []]})]) == {(0, 0)}


@pytest.mark.parametrize("kernel", KERNELS)
def test_words_that_come_after_their_searches_know_their_stems_and_beginnings(
    kernel: KernelName,
) -> None:
    searches = [Word("title", "studies"), Prefix("title", "immuno"), Prefix("title", "immunology")]
    engine = engine_of(kernel, searches)
    before = [Features({"title": [["studied", "immunology", "unrelated"]]})]
    assert found(engine, before) == {(0, 0), (1, 0), (2, 0)}

    engine.add(3, Word("title", "unrelatedly"))
    engine.add(4, Prefix("title", "unrel"))
    assert found(engine, before) == {(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)}


@pytest.mark.parametrize("kernel", KERNELS)
def test_what_denies_itself_is_never_found(kernel: KernelName) -> None:
    state = Value(ValueField.STATE, "AZ")
    never = And((state, Not(state)))
    engine = engine_of(kernel, [never, Not(never), Or((never, state)), And((Not(never), state))])

    everywhere = [Features({}, [("state", "AZ")]), Features({}, [("state", "CA")])]
    assert found(engine, everywhere) == {(1, 0), (1, 1), (2, 0), (3, 0)}
    assert found_one_by_one(engine, everywhere) == {(1, 0), (1, 1), (2, 0), (3, 0)}


def test_many_searches_have_the_compiled_kernel_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_spec(name: str) -> None:
        assert name == "numba"

    assert [kernel_for(count) for count in (0, 4_999, 5_000)] == ["pure", "pure", "fast"]
    monkeypatch.setattr("tidings.searches.engine.engine.find_spec", no_spec)
    assert kernel_for(1_000_000) == "pure"


def _real_awards(folder: Path) -> list[Document]:
    awards: list[Document] = []
    for name in ("projects.jsonl.gz", "projects-partial.jsonl.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            awards += (Document(canonical_fields(json.loads(line))) for line in lines)
    return awards


def _real_searches(folder: Path, count: int) -> list[Query]:
    """Return searches for conditions by all their names, every third narrowed or denied."""
    chance = random.Random(4)  # noqa: S311 - the same searches each time
    with gzip.open(folder / "vocab/conditions.jsonl.gz", "rt", encoding="utf-8") as lines:
        conditions: list[dict[str, Any]] = [json.loads(line) for line in lines]
    chosen = chance.sample(conditions, count)
    texts: list[str] = []
    for number, condition in enumerate(chosen):
        names = [" ".join(words(name)) for name in (condition["name"], *condition["synonyms"][:5])]
        text = " OR ".join(f'"{name}"' for name in names)
        word = max(names[0].split(), key=len)
        if len(word) < 3:
            continue
        denied = f'({word[:5]}* AND NOT ("{word}" OR {text})) OR title:"{word}"'
        texts.append((text, f'({text}) AND NOT title:"{word}"', denied)[number % 3])
    return [parse(text) for text in texts]


def test_two_thousand_real_conditions_find_the_same_in_recorded_awards(real_data: Path) -> None:
    """All awards by both kernels, every 40th by the oracle, which takes 20 microseconds a pair."""
    awards = _real_awards(real_data)
    searches: list[Query] = []
    for query in _real_searches(real_data, 2_100):
        searches.append(parse(canonical_form(query)) if len(searches) % 2 else query)
    searches = searches[:2_000]
    features = [features_of(award) for award in awards]
    judged = range(0, len(awards), 40)
    want = {
        (search, judged[at]) for search, at in expected(searches, [awards[at] for at in judged])
    }

    pure, fast = (found(engine_of(kernel, searches), features) for kernel in KERNELS)
    assert len(pure) > 10_000
    assert pure == fast
    assert {pair for pair in pure if pair[1] in judged} == want
