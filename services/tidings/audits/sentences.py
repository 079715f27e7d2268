"""What audits say, in plain sentences for everybody: no address, no search, no reader (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidings.audits.models import Audit, AuditKind
from tidings.rendering.speech import Sayable

TITLES = {
    AuditKind.RECALL: Sayable("Asked for another way"),
    AuditKind.CANARY: Sayable("Compared with RePORTER"),
    AuditKind.MATCHES: Sayable("Searched again"),
}
WELL, LOOK, NO_AUDIT = Sayable("well"), Sayable("look"), Sayable("not yet")
NOT_YET = {
    AuditKind.RECALL: Sayable("The scope has not been asked for another way yet."),
    AuditKind.CANARY: Sayable("No stored records have been compared with RePORTER's own yet."),
    AuditKind.MATCHES: Sayable(
        "The saved searches have not been run over the whole store again yet."
    ),
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
    lines = [line for line in lines_of(latest) if line.state == LOOK]
    return lines[0].sentence if lines else ""


def share_of(agreed: int, examined: int) -> str:
    """Write a share in per cent with three digits, never rounded up: 99.999 % is not all."""
    if agreed == examined:
        return "100 %"
    thousandths = agreed * 100_000 // examined
    return f"{thousandths // 1000}.{thousandths % 1000:03} %"


def scope_words(
    *, years: Sequence[int], active: bool, agencies: Sequence[str], states: Sequence[str]
) -> tuple[Sayable, ...]:
    """Say what is watched in a sentence, and another for each thing that narrows it."""
    first, last = str(years[0]), str(years[-1])
    if active:
        whole = Sayable(
            "Every record of the fiscal years {first} to {last}, and every active one of older "
            "years.",
            first=first,
            last=last,
        )
    else:
        whole = Sayable(
            "Every record of the fiscal years {first} to {last}.", first=first, last=last
        )
    narrower = (
        Sayable("Only those of the institutes {names}.", names=", ".join(agencies)),
        Sayable("Only those of the states {names}.", names=", ".join(states)),
    )
    given = (agencies, states)
    return whole, *(one for one, names in zip(narrower, given, strict=True) if names)


def _line(kind: AuditKind, audit: Audit | None) -> Line:
    if audit is None:
        return Line(kind, TITLES[kind], NO_AUDIT, NOT_YET[kind])
    return Line(
        kind,
        TITLES[kind],
        WELL if audit.agreed == audit.examined else LOOK,
        _sentence(kind, audit.examined, audit.agreed),
        share=share_of(audit.agreed, audit.examined) if audit.examined else "",
        note=audit.note,
        at=audit.finished_at,
        sweep_id=audit.sweep_id,
    )


def _sentence(kind: AuditKind, examined: int, agreed: int) -> Sayable:
    if not examined:
        return Sayable("There was nothing to look at.")
    others = examined - agreed
    records = Sayable.counted(examined, "{n} record", "{n} records")
    match kind:
        case AuditKind.RECALL:
            return _recall(records, agreed, others)
        case AuditKind.CANARY:
            return _canary(records, examined, others)
        case AuditKind.MATCHES:
            return _matches(examined, others)


def _recall(records: Sayable, agreed: int, others: int) -> Sayable:
    if not others:
        return Sayable("RePORTER gave {records}, and we had every one before.", records=records)
    return Sayable.counted(
        others,
        "RePORTER gave {records}, and we had {agreed} before. The other one came in late, and "
        "whoever waited for such news is told.",
        "RePORTER gave {records}, and we had {agreed} before. The other {n} came in late, and "
        "whoever waited for such news is told.",
        records=records,
        agreed=agreed,
    )


def _canary(records: Sayable, examined: int, others: int) -> Sayable:
    if not others:
        return Sayable.counted(
            examined,
            "{n} record, chosen at random, is stored as RePORTER has it.",
            "{n} records, chosen at random, are stored as RePORTER has them.",
        )
    return Sayable.counted(
        others,
        "{records}, chosen at random, compared: {n} differs from RePORTER, which may have changed "
        "since we read it.",
        "{records}, chosen at random, compared: {n} differ from RePORTER, which may have changed "
        "since we read it.",
        records=records,
    )


def _matches(examined: int, others: int) -> Sayable:
    if not others:
        return Sayable(
            "All {number} finds and news were told, wait in time, or were not wanted.",
            number=examined,
        )
    return Sayable.counted(
        others,
        "Of {all} finds and news {n} is neither told nor waiting in time; operators look into it.",
        "Of {all} finds and news {n} are neither told nor waiting in time; operators look into it.",
        all=examined,
    )
