"""The loops of the fast kernel, compiled when they are first called (pure).

``rows`` is a matrix of unsigned integers: a row for each node, a bit for each document. It holds
64-bit words for many documents, and single bytes when there is but one document.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

compiled: Callable[[Callable[..., Any]], Any] = numba.njit(cache=True, nogil=True)  # pyright: ignore[reportUnknownMemberType] - untyped

_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


@compiled
def place_of(keys: Any, key: Any) -> Any:
    """Return where a key stands in an open hash table, or where it would; 0 is no key."""
    mask = np.uint64(len(keys) - 1)
    at = ((key * _SCATTER) >> _SHIFT) & mask
    while keys[at] != np.uint64(0) and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@compiled
def rehash(keys: Any, values: Any, new_keys: Any, new_values: Any) -> None:
    """Put all that a hash table holds into a larger one."""
    for old in range(len(keys)):
        if keys[old] != np.uint64(0):
            at = place_of(new_keys, keys[old])
            new_keys[at] = keys[old]
            new_values[at] = values[old]


@compiled
def key_of(entry: Any, word: Any) -> Any:
    """Return the key of the step from an entry of the trie by a word, both from 0 and 1 up."""
    return (np.uint64(entry) << _SHIFT) | np.uint64(word)


@compiled
def mark_words(rows: Any, words: Any, starts: Any, table: Any) -> None:
    """Set the bits of the leaves that words and phrases make true.

    ``table`` is, of a field: the first link of each word; by link, its leaf and the next link; the
    entry of the trie of phrases that each word leads to; the keys and values of further steps from
    entry to entry; and the leaf at each entry. What is -1 is not there.
    """
    heads, links, begun, keys, values, leaf_at = table
    width = rows.itemsize * 8
    for document in range(len(starts) - 1):
        column = document // width
        bit = rows.dtype.type(1) << rows.dtype.type(document % width)
        end = starts[document + 1]
        for at in range(starts[document], end):
            word = words[at]
            link = heads[word]
            while link >= 0:
                rows[links[link, 0], column] |= bit
                link = links[link, 1]
            entry = begun[word]
            after = at + 1
            while entry >= 0 and after < end and words[after] != 0:
                place = place_of(keys, key_of(entry, words[after]))
                entry = values[place] if keys[place] != np.uint64(0) else -1
                if entry >= 0 and leaf_at[entry] >= 0:
                    rows[leaf_at[entry], column] |= bit
                after += 1


@compiled
def mark_floors(rows: Any, numbers: Any, floors: Any, leaves: Any) -> None:
    """Set the bits of the leaves whose floor a document's number reaches."""
    width = rows.itemsize * 8
    for document in range(len(numbers)):
        column = document // width
        bit = rows.dtype.type(1) << rows.dtype.type(document % width)
        for at in range(len(floors)):
            if numbers[document] >= floors[at]:
                rows[leaves[at], column] |= bit


@compiled
def mark_leaves(rows: Any, leaves: Any, documents: Any) -> None:
    """Set the bits of pairs of leaf and document."""
    width = rows.itemsize * 8
    for at in range(len(leaves)):
        document = documents[at]
        bit = rows.dtype.type(1) << rows.dtype.type(document % width)
        rows[leaves[at], document // width] |= bit


@compiled
def clear_leaves(rows: Any, kinds: Any) -> None:
    """Set the rows of leaves to nothing."""
    for node in range(len(kinds)):
        if kinds[node] == 0:
            for column in range(rows.shape[1]):
                rows[node, column] = 0


@compiled
def decide_all(rows: Any, node: Any, parts: Any, start: Any, stop: Any) -> None:
    """Set the row of an AND of the parts [start, stop); most are decided by their first."""
    width = rows.shape[1]
    left = rows.dtype.type(0)
    for column in range(width):
        value = rows[parts[start], column]
        rows[node, column] = value
        left |= value
    for at in range(start + 1, stop):
        if left == 0:
            return
        left = rows.dtype.type(0)
        part = parts[at]
        for column in range(width):
            other = rows[part, column] if part >= 0 else ~rows[~part, column]
            value = rows[node, column] & other
            rows[node, column] = value
            left |= value


@compiled
def decide_any(rows: Any, node: Any, parts: Any, start: Any, stop: Any) -> None:
    """Set the row of an OR of the parts [start, stop)."""
    for column in range(rows.shape[1]):
        rows[node, column] = rows[parts[start], column]
    for at in range(start + 1, stop):
        for column in range(rows.shape[1]):
            rows[node, column] |= rows[parts[at], column]


@compiled
def evaluate(rows: Any, kinds: Any, starts: Any, parts: Any) -> None:
    """Decide every join from its parts: kind 1 is an AND, 2 an OR, 0 a leaf; ``~part`` is a NOT."""
    for node in range(len(kinds)):
        if kinds[node] == 1:
            decide_all(rows, node, parts, starts[node], starts[node + 1])
        elif kinds[node] == 2:
            decide_any(rows, node, parts, starts[node], starts[node + 1])


@compiled
def ones_in(value: Any) -> Any:
    """Return how many bits of a 64-bit word are set."""
    value -= (value >> np.uint64(1)) & np.uint64(0x5555555555555555)
    value = (value & np.uint64(0x3333333333333333)) + (
        (value >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    value = (value + (value >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (value * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def pairs_of(rows: Any, roots: Any, ids: Any, start: Any) -> Any:
    """Return (search ids, positions) of all bits in the rows of roots."""
    width = rows.shape[1]
    count = 0
    for at in range(len(roots)):
        for column in range(width):
            value = rows[roots[at], column]
            if value:
                count += np.int64(ones_in(value))
    found, positions = np.empty(count, np.int32), np.empty(count, np.int32)
    count = 0
    for at in range(len(roots)):
        for column in range(width):
            value = rows[roots[at], column]
            while value:
                lowest = value & (~value + np.uint64(1))
                found[count] = ids[at]
                positions[count] = start + column * 64 + np.int64(ones_in(lowest - np.uint64(1)))
                count += 1
                value ^= lowest
    return found, positions
