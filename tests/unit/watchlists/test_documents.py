"""A published list proves where it is from: whatever is altered in it is noticed."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.watchlists.documents import LARGEST, Standing, read, written
from tidings.watchlists.entries import Entry, SearchEntry, StudyEntry
from tidings.watchlists.models import Watchlist
from tidings.watchlists.signing import Signer, canonical, is_signed_by, key_id

SIGNER, OTHER = Signer(b"a secret of tests"), Signer(b"the secret of another site")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ENTRIES = (StudyEntry(key="CA286969", name="Ñandú"), SearchEntry(text="title:trop2"))


def file(signer: Signer = SIGNER, entries: tuple[Entry, ...] = ENTRIES) -> bytes:
    row = Watchlist(
        slug="0123456789abcdef",
        subscriber_id=1,
        title="Trop-2 <b>",
        about="one\ntwo",
        language="en",
        entries=[],
        version=3,
        created_at=NOW,
        updated_at=NOW,
        published_at=NOW,
    )
    return written(row, entries, site="https://tidings.example", signer=signer)


def altered(**changes: Any) -> bytes:
    return orjson.dumps(orjson.loads(file()) | changes)


def test_what_was_signed_here_is_known_as_ours_however_it_is_laid_out() -> None:
    for data in (file(), orjson.dumps(orjson.loads(file()))):
        taken = read(data, signer=SIGNER)
        assert taken.standing is Standing.OURS
        assert taken.document.entries == ENTRIES
        assert taken.document.address == "https://tidings.example/lists/0123456789abcdef"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"about": ""},
        {"version": 4},
        {"site": "https://evil.example"},
        {"published_at": "2026-11-24T12:00:00+00:00"},
        {"entries": [{"type": "study", "key": "CA1", "name": ""}]},
        {"signature": "AAAA"},
        {"signature": "no base64 ñ"},
    ],
)
def test_whatever_is_altered_is_noticed(change: dict[str, Any]) -> None:
    with pytest.raises(RejectedError, match="not as it was signed"):
        read(altered(**change), signer=SIGNER)


def test_another_sites_list_counts_as_checked_only_with_its_key() -> None:
    data = file(OTHER)
    assert read(data, signer=SIGNER).standing is Standing.UNCHECKED
    assert read(data, signer=SIGNER, public_key=OTHER.public_key).standing is Standing.CHECKED
    with pytest.raises(RejectedError, match="not as it was signed"):
        read(data, signer=SIGNER, public_key=SIGNER.public_key)
    with pytest.raises(RejectedError, match="no public key"):
        read(data, signer=SIGNER, public_key="AAAA")


def test_whoever_names_our_key_cannot_pass_for_us() -> None:
    said = orjson.loads(file(OTHER)) | {"key_id": SIGNER.key_id}
    with pytest.raises(RejectedError, match="not as it was signed"):
        read(orjson.dumps(said), signer=SIGNER, public_key=OTHER.public_key)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"[]", "no list"),
        (b"{}", "no list: title"),
        (altered(format="tidings-watchlist/2"), "no list: format"),
        (altered(more="x"), "no list: more"),
        (altered(title="x" * 121), "no list: title"),
        (altered(slug="../../etc"), "no list: slug"),
        (altered(entries=[{"type": "study", "key": ""}]), "no list: entries, 0, study, key"),
        (altered(entries=[{"type": "shell", "key": "x"}]), "no list: entries, 0"),
        (b" " * (LARGEST + 1), "too large"),
    ],
)
def test_what_is_no_list_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(RejectedError, match=said):
        read(data, signer=SIGNER)


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 2**53) | st.text(max_size=20)))
def test_a_document_has_one_form_whatever_the_order_of_its_names(said: dict[str, Any]) -> None:
    turned = dict(reversed(said.items()))
    assert canonical(said) == canonical(turned)
    assert is_signed_by(SIGNER.signed(turned), SIGNER.public_key)
    assert not is_signed_by(SIGNER.signed(said), OTHER.public_key)


def test_a_key_is_named_by_its_hash() -> None:
    assert SIGNER.key_id == key_id(SIGNER.public_key) != OTHER.key_id
