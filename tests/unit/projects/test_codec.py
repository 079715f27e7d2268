"""Any version of an award can be rebuilt from the latest and the deltas above it."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tidings.projects.canonicalise import canonical_fields, content_hash
from tidings.projects.codec import NO_DELTA, back_delta, pack, rebuild, unpack

VALUES = st.text(max_size=10) | st.integers(-99, 99) | st.lists(st.integers(0, 9), max_size=3)
VERSIONS = st.dictionaries(
    st.sampled_from(["project_title", "award_amount", "terms", "spending_categories"]), VALUES
)


@given(st.lists(VERSIONS, min_size=1, max_size=6))
def test_every_version_rebuilds_bit_by_bit(histories: list[dict[str, Any]]) -> None:
    versions = [canonical_fields(fields) for fields in histories]
    deltas = [NO_DELTA] + [back_delta(before, after) for before, after in pairwise(versions)]
    body = pack(versions[-1])

    for number, version in enumerate(versions):
        rebuilt = rebuild(body, reversed(deltas[number + 1 :]))
        assert content_hash(rebuilt) == content_hash(version)
        assert rebuilt == version


def test_versions_that_are_equal_need_no_delta() -> None:
    assert back_delta({"fiscal_year": 2024}, {"fiscal_year": 2024}) == NO_DELTA


def test_the_latest_version_comes_back_as_it_went_in() -> None:
    canonical = {"appl_id": 1, "is_active": False, "organization": {"org_name": "MAYO"}}

    assert unpack(pack(canonical)) == canonical
