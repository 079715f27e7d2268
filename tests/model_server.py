"""A language model for tests: an endpoint that speaks OpenAI's chat protocol, well or badly."""

import json
from collections.abc import Sequence
from typing import Any

from endpoint_of_tests import Reply

JSON = {"Content-Type": "application/json"}

ABSTRACT = (
    "Project Summary/Abstract\n"
    "Triple-negative breast cancer is hard to treat, and few drugs work against it. "
    "Stiff tissue around a tumor keeps immune cells out of 3 of 4 tumors. "
    "In mice, the drug sacituzumab did not slow tumor growth when TROP2 was missing. "
    "We will test whether softer tissue lets immune cells reach the tumor. "
    "The study will include samples from women with metastatic breast cancer. "
    "We hope that this work may lead to better treatment for patients."
)
NARRATIVE = (
    "Project Narrative: Breast cancer kills many women each year. "
    "This study may help to find out why immune cells cannot enter some tumors."
)
TITLE = "How stiff tissue keeps immune cells out of tumors"
RECORD: dict[str, Any] = {
    "appl_id": 1,
    "project_title": TITLE,
    "abstract_text": ABSTRACT,
    "phr_text": NARRATIVE,
}
"""Its passages: 1 the title, 2 and 3 the narrative, 4 to 9 the abstract."""

Line = tuple[str, str, Sequence[int]]

GOOD: tuple[Line, ...] = (
    ("looks_at", "This study looks at stiff tissue around a tumor.", [1, 5]),
    ("looks_at", "Stiff tissue keeps immune cells out of 3 of 4 tumors.", [5]),
    ("looks_at", "The team will test if softer tissue lets immune cells reach the tumor.", [7]),
    ("looks_at", "In mice, the drug did not slow the tumor when TROP2 was missing.", [6]),
    ("why", "Breast cancer kills many women each year.", [2]),
    ("who", "The team uses samples from “women with metastatic breast cancer”.", [8]),
)
BUENO: tuple[Line, ...] = (
    ("looks_at", "El estudio busca saber si el tejido más blando deja pasar al tumor.", [7]),
    ("looks_at", "En ratones, el tumor no creció más lento sin TROP2.", [6]),
    ("why", "El cáncer mata a muchas mujeres cada año.", [2]),
)


def answer(lines: Sequence[Line]) -> dict[str, Any]:
    """Return what the model hands over: its sentences."""
    return {
        "sentences": [
            {"section": section, "text": text, "cites": list(cites)}
            for section, text, cites in lines
        ]
    }


def completion(arguments: str, **changes: Any) -> dict[str, Any]:
    """Return a chat completion that calls the tool which was offered."""
    call = {"name": "final_result", "arguments": arguments}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
    }
    plain: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "test-model",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
    }
    return plain | changes


def said(value: object) -> Reply:
    """Return an answer of status 200 that is this JSON."""
    return Reply(200, JSON, json.dumps(value).encode())


def drafted(lines: Sequence[Line]) -> Reply:
    """Return an answer that hands over these sentences."""
    return said(completion(json.dumps(answer(lines))))


def spoken(text: str, **message: Any) -> Reply:
    """Return an answer in words, without a call of the tool."""
    choice = {"index": 0, "finish_reason": "stop"}
    return said(
        completion(
            "", choices=[choice | {"message": {"role": "assistant", "content": text} | message}]
        )
    )
