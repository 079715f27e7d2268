"""Which immediate mails tell what waits to be told at once (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tidings.delivery.models import DeliveryKind
from tidings.keys import alert_key, roll_up_key
from tidings.projects.models import SEVERITY_ORDER, Severity

TOO_MANY = "more alerts in a day than a reader gets"
"""Why a notice waits for a digest that was to be told at once."""


class WaitingAlert(NamedTuple):
    """A notice that is to be told at once, and what it is unique for."""

    notice_id: int
    subscriber_id: int
    project_id: int
    sweep_id: int
    severity: Severity


@dataclass(frozen=True)
class AlertMail:
    """One mail of one reader, and the notices that it tells."""

    key: str
    kind: DeliveryKind
    subscriber_id: int
    notice_ids: tuple[int, ...]


@dataclass(frozen=True)
class AlertPlan:
    """The mails that are due; the notices that are too many and join a digest, and whose."""

    mails: tuple[AlertMail, ...]
    too_many: tuple[int, ...]
    overrun: frozenset[int]


def plan_alerts(
    waiting: Iterable[WaitingAlert], *, roll_up_after: int, allowed: Mapping[int, int]
) -> AlertPlan:
    """Return the mails for what waits, given all of it that one sweep brought a reader.

    More than ``roll_up_after`` notices of one reader and sweep become one mail. ``allowed`` is how
    many mails each reader may get now: the gravest go first, the rest joins a digest.
    """
    of_reader: defaultdict[int, list[tuple[WaitingAlert, AlertMail]]] = defaultdict(list)
    for found in _by_sweep(waiting):
        for gravest, mail in _mails(found, roll_up_after):
            of_reader[mail.subscriber_id].append((gravest, mail))
    mails: list[AlertMail] = []
    too_many: list[int] = []
    overrun: set[int] = set()
    for reader, ranked in of_reader.items():
        in_order = [mail for _, mail in sorted(ranked, key=lambda pair: _rank(pair[0]))]
        may = max(allowed[reader], 0)
        mails += in_order[:may]
        if rest := in_order[may:]:
            overrun.add(reader)
            too_many += [one for mail in rest for one in mail.notice_ids]
    return AlertPlan(tuple(mails), tuple(too_many), frozenset(overrun))


def _by_sweep(waiting: Iterable[WaitingAlert]) -> Iterator[Sequence[WaitingAlert]]:
    together: defaultdict[tuple[int, int], list[WaitingAlert]] = defaultdict(list)
    for alert in waiting:
        together[alert.subscriber_id, alert.sweep_id].append(alert)
    yield from together.values()


def _mails(
    found: Sequence[WaitingAlert], roll_up_after: int
) -> Iterator[tuple[WaitingAlert, AlertMail]]:
    """Give each mail with the gravest of its notices."""
    if len(found) > roll_up_after:
        reader, sweep = found[0].subscriber_id, found[0].sweep_id
        first = min(alert.project_id for alert in found)
        ids = tuple(alert.notice_id for alert in found)
        mail = AlertMail(roll_up_key(reader, first, sweep), DeliveryKind.ROLL_UP, reader, ids)
        yield min(found, key=_rank), mail
        return
    for one in found:
        key = alert_key(one.subscriber_id, one.project_id, one.sweep_id)
        ids = (one.notice_id,)
        yield one, AlertMail(key, DeliveryKind.CHANGE_ALERT, one.subscriber_id, ids)


def _rank(alert: WaitingAlert) -> tuple[int, int]:
    return SEVERITY_ORDER.index(alert.severity), alert.notice_id
