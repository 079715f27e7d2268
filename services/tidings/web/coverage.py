"""What is covered, and how it is checked: for everybody."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tidings.audits.match_queries import award_count
from tidings.audits.queries import latest_audits
from tidings.audits.sentences import lines_of, scope_words
from tidings.pages.receipts import PURPOSES, STATES
from tidings.projects.models import Purpose
from tidings.projects.ops_queries import quarantine_count, recent_sweeps
from tidings.rendering.speech import Sayable
from tidings.reporter.scope import scope_parts
from tidings.web.site import READ, Site, site_of

router = APIRouter()

SWEEPS = 10


@router.api_route("/coverage", methods=READ)
def coverage(request: Request) -> HTMLResponse:
    """Show what is watched, the last receipts, and what the audits found."""
    site = site_of(request)
    with site.reading() as session:
        sweeps = recent_sweeps(session, limit=2 * SWEEPS)
        shown = [sweep for sweep in sweeps if sweep.purpose is not Purpose.RELEASE][:SWEEPS]
        return site.page(
            "pages/coverage.html",
            scope=_scope(site),
            stored=award_count(session),
            sweeps=shown,
            purposes=PURPOSES,
            states=STATES,
            audits=lines_of(latest_audits(session)),
            quarantined=quarantine_count(session),
        )


def _scope(site: Site) -> tuple[Sayable, ...]:
    own = site.settings
    (part,) = scope_parts(
        years=own.scope_years,
        active=own.scope_active,
        agencies=own.scope_agencies,
        states=own.scope_states,
        today=site.now.date(),
    )
    return scope_words(
        years=part.criteria.fiscal_years,
        active=own.scope_active,
        agencies=part.criteria.agencies,
        states=part.criteria.org_states,
    )
