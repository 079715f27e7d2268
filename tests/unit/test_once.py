"""Parts of mails that are rendered once, and what is kept of them."""

from dataclasses import dataclass

import pytest
from jinja2 import DictLoader, Environment

from tidings.rendering.environment import environment
from tidings.rendering.keeping import Shelf

PART = "{% macro card(item) %}<{{ item.name }}>{{ count(item) }}{% endmacro %}"
USE = '{%% import "%s" as parts with context %%}{{ once(parts.card, item) }}'


@dataclass(frozen=True)
class Item:
    """Something to render."""

    name: str


@pytest.fixture
def templates() -> Environment:
    seen: list[Item] = []

    def count(item: Item) -> int:
        seen.append(item)
        return len(seen)

    made = environment(extra={"count": count})
    made.loader = DictLoader(
        {
            "part.html": PART,
            "part.txt": PART,
            "other.txt": PART.replace("<", "["),
            "page.html": USE % "part.html",
            "page.txt": USE % "part.txt",
            "apart.txt": USE % "other.txt",
        }
    )
    return made


def test_an_equal_item_is_rendered_once_for_all_mails(templates: Environment) -> None:
    page = templates.get_template("page.txt")
    assert [page.render(item=Item(name)) for name in "aab"] == ["<a>1", "<a>1", "<b>2"]


def test_html_and_text_and_macros_of_one_name_are_kept_apart(templates: Environment) -> None:
    item = Item("&")
    assert templates.get_template("page.html").render(item=item) == "<&amp;>1"
    assert templates.get_template("page.txt").render(item=item) == "<&>2"
    assert templates.get_template("apart.txt").render(item=item) == "[&>3"


def test_a_shelf_lets_go_of_what_was_not_used_for_longest() -> None:
    made: list[str] = []
    shelf: Shelf[str] = Shelf(5, len)

    def get(thing: str) -> str:
        def make() -> str:
            made.append(thing)
            return thing

        return shelf.get(thing, make)

    for thing in ("aa", "bb", "aa", "cc", "aa", "bb"):
        assert get(thing) == thing
    assert made == ["aa", "bb", "cc", "bb"]


def test_a_shelf_does_not_keep_what_is_larger_than_itself() -> None:
    made: list[int] = []
    shelf: Shelf[str] = Shelf(5, len)

    def make() -> str:
        made.append(1)
        return "too long"

    assert {shelf.get("key", make) for _ in range(2)} == {"too long"}
    assert len(made) == 2
