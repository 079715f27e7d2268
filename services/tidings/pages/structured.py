"""What a study page says to search engines: schema.org in JSON-LD (pure)."""

from typing import Any

import orjson

from tidings.pages.facts import StudyFacts
from tidings.pages.study_view import StudyView
from tidings.projects.models import Project
from tidings.rendering.speech import ENGLISH, Speech

_SCRIPT_SAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""Characters that could end the element that the JSON stands in, as JSON may also write them."""


def json_ld(
    project: Project, facts: StudyFacts, view: StudyView, *, url: str, speech: Speech = ENGLISH
) -> str:
    """Return a study as a research project with its grant; no text of it can end its element."""
    home = url.rpartition("/studies/")[0]
    listed = [
        {
            "@type": "ListItem",
            "position": 1,
            "name": speech.say("Studies"),
            "item": f"{home}/studies",
        },
        {"@type": "ListItem", "position": 2, "name": project.key, "item": url},
    ]
    page = {
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": view.headline,
        "inLanguage": speech.language,
        "dateModified": project.last_changed_at.date(),
        "mainEntity": {"@id": f"{url}#study"},
        "breadcrumb": {"@type": "BreadcrumbList", "itemListElement": listed},
    }
    whole = {"@context": "https://schema.org", "@graph": [page, _study(facts, view, url)]}
    written = orjson.dumps(whole).decode()
    return "".join(_SCRIPT_SAFE.get(letter, letter) for letter in written)


def _study(facts: StudyFacts, view: StudyView, url: str) -> dict[str, Any]:
    grant = {
        "@type": "MonetaryGrant",
        "name": facts.title,
        "identifier": facts.number,
        "url": facts.reporter_url,
        "amount": {"@type": "MonetaryAmount", "value": facts.money, "currency": "USD"}
        if facts.money is not None
        else None,
        "funder": {"@type": "GovernmentOrganization", "name": facts.funder}
        if facts.funder
        else None,
    }
    study = {
        "@type": "ResearchProject",
        "@id": f"{url}#study",
        "name": facts.title,
        "alternateName": view.headline,
        "identifier": facts.core_number or facts.number,
        "url": url,
        "keywords": ", ".join(view.conditions),
        "parentOrganization": {"@type": "Organization", "name": facts.institution}
        if facts.institution
        else None,
        "member": [{"@type": "Person", "name": one.name} for one in facts.researchers[:12]],
        "foundingDate": facts.starts,
        "dissolutionDate": facts.ends,
        "funding": _said(grant),
    }
    return _said(study)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
