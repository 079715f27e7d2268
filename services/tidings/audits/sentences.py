"""What audits say, in plain sentences for everybody: no address, no search, no reader (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidings.audits.models import Audit, AuditKind
from tidings.rendering.filters import plural

TITLES = {
    AuditKind.RECALL: "Asked for another way",
    AuditKind.CANARY: "Compared with RePORTER",
    AuditKind.MATCHES: "Searched again",
}
NOT_YET = {
    AuditKind.RECALL: "The scope has not been asked for another way yet.",
    AuditKind.CANARY: "No stored records have been compared with RePORTER's own yet.",
    AuditKind.MATCHES: "The saved searches have not been run over the whole store again yet.",
}


@dataclass(frozen=True)
class Line:
    """One audit as it is shown; ``state`` is well, look or "not yet"."""

    kind: AuditKind
    title: str
    state: str
    sentence: str
    share: str = ""
    note: str = ""
    at: datetime | None = None
    sweep_id: int | None = None


def lines_of(latest: Mapping[AuditKind, Audit]) -> tuple[Line, ...]:
    """Return a line for each kind of audit, also where there was none yet."""
    return tuple(_line(kind, latest.get(kind)) for kind in AuditKind)


def trouble(latest: Mapping[AuditKind, Audit]) -> str:
    """Return what operators should know of the last audits; nothing if all is well."""
    lines = [line for line in lines_of(latest) if line.state == "look"]
    return lines[0].sentence if lines else ""


def share_of(agreed: int, examined: int) -> str:
    """Write a share in per cent with three digits, never rounded up: 99.999 % is not all."""
    if agreed == examined:
        return "100 %"
    thousandths = agreed * 100_000 // examined
    return f"{thousandths // 1000}.{thousandths % 1000:03} %"


def scope_words(
    *, years: Sequence[int], active: bool, agencies: Sequence[str], states: Sequence[str]
) -> str:
    """Say what is watched in a sentence."""
    span = " and ".join(map(str, years)) if len(years) < 3 else f"{years[0]} to {years[-1]}"
    older = ", and every active one of older years" if active else ""
    where = [f"institutes {', '.join(agencies)}"] if agencies else []
    where += [f"states {', '.join(states)}"] if states else []
    only = f", of the {' and the '.join(where)} only" if where else ""
    return f"Every record of the fiscal years {span}{older}{only}."


def _line(kind: AuditKind, audit: Audit | None) -> Line:
    if audit is None:
        return Line(kind, TITLES[kind], "not yet", NOT_YET[kind])
    return Line(
        kind,
        TITLES[kind],
        "well" if audit.agreed == audit.examined else "look",
        _sentence(kind, audit.examined, audit.agreed),
        share=share_of(audit.agreed, audit.examined) if audit.examined else "",
        note=audit.note,
        at=audit.finished_at,
        sweep_id=audit.sweep_id,
    )


def _sentence(kind: AuditKind, examined: int, agreed: int) -> str:
    others = examined - agreed
    if not examined:
        return "There was nothing to look at."
    match kind:
        case AuditKind.RECALL if not others:
            said = f"RePORTER gave {plural(examined, 'record')}, and we had every one before."
        case AuditKind.RECALL:
            rest = "The other one" if others == 1 else f"The other {others:,}"
            said = (
                f"RePORTER gave {plural(examined, 'record')}, and we had {agreed:,} before. "
                f"{rest} came in late, and whoever waited for such news is told."
            )
        case AuditKind.CANARY if not others:
            said = f"{_chosen(examined)} {_are(examined)} stored as RePORTER has them."
        case AuditKind.CANARY:
            said = (
                f"{_chosen(examined)} compared: {others:,} {_differ(others)} from RePORTER, which "
                "may have changed since we read it."
            )
        case AuditKind.MATCHES if not others:
            said = f"All {examined:,} finds and news were told, wait in time, or were not wanted."
        case AuditKind.MATCHES:
            said = (
                f"Of {examined:,} finds and news {others:,} {_are(others)} neither told nor "
                "waiting in time; operators look into it."
            )
    return said


def _chosen(count: int) -> str:
    return f"{plural(count, 'record')}, chosen at random,"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _differ(count: int) -> str:
    return "differs" if count == 1 else "differ"
