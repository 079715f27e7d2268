"""A reader without a mouse."""

from playwright.sync_api import Page, expect

FARTHEST = 120
"""Presses of Tab after which something counts as out of reach."""


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab, or another key, until an element has the focus, and see that the focus shows."""
    for _ in range(FARTHEST):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
        page.keyboard.press(key)
    expect(page.locator(selector).first).to_be_focused()
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(style) == "solid", selector


def press(page: Page, selector: str, key: str = "Tab") -> None:
    """Go to a link or button by keyboard, and press it."""
    tab_to(page, selector, key)
    page.keyboard.press("Enter")


def choose(page: Page, selector: str, begins: str) -> None:
    """Go to a list by keyboard, and choose what begins so."""
    tab_to(page, selector)
    page.keyboard.type(begins)
    page.keyboard.press("Tab")
