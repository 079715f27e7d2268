"""Invented studies, and what happened to them, for samples of mails (pure)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tidings.notices.excerpts import excerpts
from tidings.notices.letters import Study
from tidings.notices.reasons import Clause
from tidings.notices.voices import Voice
from tidings.projects.canonicalise import Canonical
from tidings.projects.cards import facts_line, people_line
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.projects.wording import change_line, worst_first
from tidings.rendering.speech import Sayable

SEEN = datetime(2026, 3, 30, 6, 0, tzinfo=UTC)

TITLES = (
    "A vaccine that teaches immune cells to find early recurrence",
    "Early signs of heart failure after chemotherapy",
    "Why some arteries heal and others do not",
    "A nose spray against influenza",
    "Talking therapy by telephone in rural counties",
)

STIFF: Canonical = {
    "contact_pi_name": "OKONKWO, ADAEZE",
    "principal_investigators": [{}, {}],
    "organization": {
        "org_name": "NORTHGATE UNIVERSITY",
        "org_city": "PHOENIX",
        "org_state": "AZ",
        "org_country": "UNITED STATES",
    },
    "award_amount": 249_000,
    "fiscal_year": 2026,
    "agency_ic_admin": {"abbreviation": "NCI"},
    "project_end_date": "2026-03-21",
}
SLEEP: Canonical = STIFF | {
    "contact_pi_name": "GARCÍA-MUÑOZ, ÁNGELA",
    "principal_investigators": [{}],
    "organization": {
        "org_name": "UNIVERSITÉ DE MONTRÉAL",
        "org_city": "MONTRÉAL",
        "org_country": "CANADA",
    },
    "award_amount": 512_300,
    "agency_ic_admin": {"abbreviation": "NIA"},
    "project_end_date": "2029-06-30",
}
VACCINE: Canonical = STIFF | {
    "contact_pi_name": "NGUYỄN, THỊ MINH",
    "organization": {
        "org_name": "HARBOR CANCER INSTITUTE",
        "org_city": "PORTLAND",
        "org_state": "ME",
    },
    "award_amount": 401_000,
    "project_end_date": "2030-08-31",
}

CUT = (ChangeKind.END_CUT, "project_end_date", "2028-07-31", "2026-03-21", Severity.CRITICAL)
LESS = (ChangeKind.AMOUNT_CHANGED, "award_amount", 498_000, 249_000, Severity.NOTABLE)
RESTORED = (ChangeKind.REVERSED, "project_end_date", "2026-02-01", "2029-06-30", Severity.CRITICAL)
REWORDED = (ChangeKind.ABSTRACT_REWRITTEN, "abstract_text", "a b c d", "a b c e", Severity.INFO)
LEADER = (ChangeKind.PI_CHANGED, "contact_pi_name", "LEE, SU", "GARCÍA, ANA", Severity.NOTABLE)
NEW = (ChangeKind.NEW_PROJECT, "award", None, 10900003, Severity.INFO)

RESEARCH = Sayable("{words} ({code})", words=Sayable("Research project"), code="R01")
EXPLORATORY = Sayable("{words} ({code})", words=Sayable("Exploratory research project"), code="R21")

What = tuple[ChangeKind, str, Any, Any, Severity]


def happened(*changes: What) -> list[Change]:
    """Return changes, worst first."""
    return worst_first(
        [
            Change(
                project_id=1,
                appl_id=1,
                version=2,
                sweep_id=41,
                kind=kind,
                severity=severity,
                field=field,
                before=before,
                after=after,
                seen_at=SEEN,
            )
            for kind, field, before, after, severity in changes
        ]
    )


def study(
    key: str, title: str, record: Canonical, kind: str, changes: Sequence[Change], voice: Voice
) -> Study:
    """Return a study as a mail tells of it."""
    return Study(
        key=key,
        title=title,
        url=voice.links.study(key),
        people=people_line(record, voice.speech),
        facts=facts_line(record, kind, voice.speech),
        lines=tuple(change_line(change, voice.speech) for change in changes),
    )


def followed(card: Study, voice: Voice) -> Study:
    """Return a study with the links that only a follower has."""
    return replace(
        card,
        settings_url=voice.links.study_settings(card.key),
        stop_url=voice.links.stop_study(card.key),
    )


def stiff(voice: Voice) -> Study:
    """Return a followed study that was cut short, with a note of the reader's."""
    title = "How stiff tissue keeps immune cells out of breast tumors"
    card = study("CA900001", title, STIFF, RESEARCH, happened(CUT, LESS), voice)
    return replace(followed(card, voice), note="The trial that Dr. Okonkwo told us of")


def restored(voice: Voice) -> Study:
    """Return a followed study whose cut was taken back, and which a search finds too."""
    card = study(
        "AG900002", "Sleep and memory in later life", SLEEP, EXPLORATORY, happened(RESTORED), voice
    )
    undoes = voice.speech.say(
        "This undoes what we told you on {day}.", day=voice.speech.day("2026-02-09")
    )
    return replace(
        followed(card, voice),
        lines=tuple(replace(line, explanation=undoes) for line in card.lines),
        also=("Alzheimer's disease",),
        may_repeat=True,
    )


def found(voice: Voice, number: int = 900003) -> Study:
    """Return a study that a search found."""
    clause = Clause(
        clause='"triple negative breast cancer"',
        field="abstract_text",
        excerpt="why drugs that work elsewhere fail in triple-negative breast cancer, which",
        spans=((38, 67),),
    )
    title = "A vaccine that teaches immune cells to find early recurrence"
    card = study(f"CA{number}", title, VACCINE, RESEARCH, happened(NEW), voice)
    return replace(card, excerpts=excerpts([clause], voice.speech))


def longest(voice: Voice) -> Study:
    """Return a study with the longest of everything, and markup in its title."""
    title = (
        "Étude <i>in vivo</i> of the Keynesian & post-translational μ-opioid/β-arrestin "
        "counter-regulation of nociceptive hypersensitivity: a multi-site, double-blind, "
        "placebo-controlled, adaptively randomized Phase II/III trial among Hawaiian adults"
    )
    what = happened(CUT, LESS, LEADER, REWORDED)
    return followed(study("DA900004", title[:250], VACCINE, EXPLORATORY, what, voice), voice)


def bare(voice: Voice) -> Study:
    """Return a study of which RePORTER says almost nothing: no abstract, no money, no end."""
    return followed(study("HL900005", "Untitled", {}, "", happened(LEADER), voice), voice)
