"""The form that writes a search: its fields as a request has them, and as a page shows them."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query

from tidings.notices.kind_groups import GROUPS, Group
from tidings.searches import builder
from tidings.searches.builder import EMPTY, Form
from tidings.searches.query import Query as Search
from tidings.searches.states import state_choices
from tidings.web.site import Site

Long = Annotated[str, Query(max_length=1000)]
Short = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class ShownForm:
    """A form, with the groups of kinds of change that are ticked; ``is_beyond`` if it says less."""

    form: Form
    ticked: frozenset[str]
    is_beyond: bool = False


def asked_form(  # noqa: PLR0913 - a field of the form each
    *,
    words: Long = "",
    phrase: Long = "",
    any_of: Long = "",
    none_of: Long = "",
    state: Short = "",
    institute: Short = "",
    activity: Short = "",
    since: Short = "",
    amount: Short = "",
    near: Short = "",
    miles: Short = "",
    changes: Annotated[list[Annotated[str, Query(max_length=20)]], Query(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
) -> Form:
    """Return the form that a request fills in."""
    kinds = tuple(str(kind) for group in GROUPS if group.name in changes for kind in group.kinds)
    return Form(
        words=words,
        phrase=phrase,
        any_of=any_of,
        none_of=none_of,
        state=state,
        institute=institute,
        activity=activity,
        since=since,
        amount=amount,
        near=near,
        miles=miles or builder.USUAL_MILES,
        changes=kinds,
    )


AskedForm = Annotated[Form, Depends(asked_form)]


def shown_form(form: Form) -> ShownForm:
    """Return a form as it was filled in."""
    return ShownForm(form, frozenset(group.name for group in GROUPS if _is_ticked(group, form)))


def form_for(query: Search) -> ShownForm:
    """Return the form that asks a query; an empty one where no form can."""
    form = builder.form_of(query)
    shown = shown_form(form or EMPTY)
    told = {str(kind) for group in GROUPS if group.name in shown.ticked for kind in group.kinds}
    if form is None or told != set(form.changes):
        return ShownForm(EMPTY, frozenset(), is_beyond=True)
    return shown


def form_parts(site: Site, shown: ShownForm) -> dict[str, Any]:
    """Return what partials/search_form.html needs."""
    return {"built": shown, "groups": GROUPS, "states": state_choices(site.speech)}


def _is_ticked(group: Group, form: Form) -> bool:
    return set(map(str, group.kinds)) <= set(form.changes)
