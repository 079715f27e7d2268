"""Letters about invented studies, for looking at mails and for their golden files (pure)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from tidings.notices.letters import (
    AlertLetter,
    ConfirmLetter,
    DigestLetter,
    Footer,
    GoodbyeLetter,
    Letter,
    Receipt,
    SearchBlock,
    Study,
    excerpts,
)
from tidings.notices.reasons import Clause
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.projects.wording import change_line

SITE = "https://tidings.example"
SEEN = datetime(2026, 3, 30, 6, 0, tzinfo=UTC)


def sample_letters() -> Mapping[str, Letter]:
    """Return one letter for each folder of templates/mail, by its name."""
    return {
        "confirm": ConfirmLetter(
            wishes=("news of study CA900001, How stiff tissue keeps immune cells out (weekly)",),
            confirm_url=f"{SITE}/confirm/sample",
            hours=48,
            footer=_footer("You get this because this address was typed at Tidings."),
        ),
        "change-alert": AlertLetter(
            headline="end date moved earlier, and 1 more",
            study=_study(),
            receipt=_receipt(),
            footer=_footer("You get this at once because you follow this study."),
        ),
        "digest": _digest(),
        "goodbye": GoodbyeLetter(Footer("You get this because you asked us to stop.", "", SITE)),
    }


def _footer(why: str) -> Footer:
    return Footer(why, unsubscribe_url=f"{SITE}/unsubscribe/sample", home_url=SITE)


def _digest() -> DigestLetter:
    return DigestLetter(
        cadence="weekly",
        period_start=datetime(2026, 3, 23, 12, 0, tzinfo=UTC),
        period_end=datetime(2026, 3, 30, 12, 0, tzinfo=UTC),
        followed=(_study(), _restored()),
        more_followed=2,
        searches=(
            SearchBlock(
                name="Triple-negative breast cancer",
                text='"triple-negative breast cancer"',
                studies=(_found(),),
                more=37,
                more_url=f"{SITE}/studies?q=triple",
                stop_url=f"{SITE}/unsubscribe/sample-search",
            ),
        ),
        receipts=(_receipt(),),
        changes=3,
        found=38,
        late=False,
        footer=_footer("You get this weekly digest of what you follow and search for."),
    )


def _study() -> Study:
    return Study(
        key="CA900001",
        title="How stiff tissue keeps immune cells out of breast tumors",
        facts="Northgate University · NCI · $249,000 in 2026 · ends 21 Mar 2026",
        url=f"{SITE}/studies/CA900001",
        lines=(
            change_line(
                _change(ChangeKind.END_CUT, "project_end_date", "2028-07-31", "2026-03-21")
            ),
            change_line(_change(ChangeKind.AMOUNT_CHANGED, "award_amount", 498_000, 249_000)),
        ),
        stop_url=f"{SITE}/unsubscribe/sample-follow",
    )


def _restored() -> Study:
    return Study(
        key="AG900002",
        title="Sleep and memory in later life",
        facts="Lakeside Medical Center · NIA · $512,300 in 2026 · ends 30 Jun 2029",
        url=f"{SITE}/studies/AG900002",
        lines=(
            change_line(
                _change(ChangeKind.REVERSED, "project_end_date", "2026-02-01", "2029-06-30")
            ),
        ),
        also=("Alzheimer's disease",),
        stop_url=f"{SITE}/unsubscribe/sample-follow",
        may_repeat=True,
    )


def _found() -> Study:
    clause = Clause(
        clause='"triple negative breast cancer"',
        field="abstract_text",
        excerpt="why drugs that work elsewhere fail in triple-negative breast cancer, which",
        spans=((38, 67),),
    )
    return Study(
        key="CA900003",
        title="A vaccine that teaches immune cells to find early recurrence",
        facts="Harbor Cancer Institute · NCI · $401,000 in 2026 · ends 31 Aug 2030",
        url=f"{SITE}/studies/CA900003",
        lines=(change_line(_change(ChangeKind.NEW_PROJECT, "award", None, "1R01CA900003-01")),),
        excerpts=excerpts([clause]),
    )


def _change(kind: ChangeKind, field: str, before: object, after: object) -> Change:
    return Change(
        project_id=1,
        appl_id=1,
        version=2,
        sweep_id=1,
        kind=kind,
        severity=Severity.CRITICAL,
        field=field,
        before=before,
        after=after,
        seen_at=SEEN,
    )


def _receipt() -> Receipt:
    swept = datetime.combine(date(2026, 3, 30), SEEN.timetz())
    return Receipt(swept, examined=148_102, changed=1481, unexamined=0, url=f"{SITE}/sweeps/41")
