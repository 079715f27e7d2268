"""The page that tells programmers what the API takes and gives, from its own description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tidings.subscribers.scopes import WORDS
from tidings.web.api.app import PATH
from tidings.web.site import READ, site_of

router = APIRouter()


@dataclass(frozen=True)
class Value:
    """A parameter or field: its name, what may stand there, and what it means."""

    name: str
    kind: str
    meaning: str
    is_needed: bool = False


@dataclass(frozen=True)
class Operation:
    """One thing that may be asked."""

    method: str
    path: str
    title: str
    meaning: str
    tag: str
    needs_token: bool
    asked: tuple[Value, ...]
    body: str
    gives: str
    refuses: tuple[tuple[str, str], ...]


@router.api_route(PATH, methods=READ)
def about(request: Request) -> HTMLResponse:
    """Show it."""
    described: dict[str, Any] = request.app.state.api.openapi()
    operations = list(_operations(described))
    return site_of(request).page(
        "pages/api.html",
        about=described["info"]["description"],
        version=described["info"]["version"],
        tags={
            one.tag: [other for other in operations if other.tag == one.tag] for one in operations
        },
        shapes=dict(_shapes(described["components"]["schemas"])),
        scopes=WORDS,
        path=PATH,
    )


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            answers = one["responses"]
            good = next(status for status in answers if status.startswith("2"))
            refused = [(s, a["description"]) for s, a in answers.items() if s != good]
            yield Operation(
                method=method.upper(),
                path=PATH + path,
                title=one["summary"],
                meaning=one.get("description", ""),
                tag=one["tags"][0],
                needs_token=bool(one.get("security")),
                asked=tuple(_parameter(parameter) for parameter in one.get("parameters", ())),
                body=_content(one.get("requestBody", {})),
                gives=_content(answers[good]) or f"nothing ({good})",
                refuses=tuple(refused),
            )


def _parameter(one: Mapping[str, Any]) -> Value:
    return Value(one["name"], _kind(one["schema"]), one.get("description", ""), one["required"])


def _content(one: Mapping[str, Any]) -> str:
    content: Mapping[str, Any] = one.get("content", {})
    return next((_kind(kind["schema"]) for kind in content.values()), "")


def _shapes(schemas: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, list[Value]]]]:
    for name, schema in sorted(schemas.items()):
        needed = schema.get("required", ())
        values = [
            Value(field, _kind(one), one.get("description", ""), field in needed)
            for field, one in schema.get("properties", {}).items()
        ]
        listed = [Value(str(one), "", "") for one in schema.get("enum", ())]
        yield name, (schema.get("description", ""), values or listed)


def _kind(schema: Mapping[str, Any]) -> str:
    """Say in a few words what may stand somewhere."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if several := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(_kind(one) for one in several))
    match schema.get("type"):
        case "array":
            return f"list of {_kind(schema.get('items', {})) or 'anything'}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"object of {_kind(schema['additionalProperties'])}"
        case None:
            return ""
        case kind:
            return str(schema.get("format", kind))
