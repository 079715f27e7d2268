"""The operators' numbers for Prometheus: read from the rows at each scrape, so never stale."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tidings.audits.queries import latest_audits
from tidings.delivery.quarantine import count_unreadable
from tidings.flows.count_intake import TAKEN
from tidings.flows.count_left import RECOVERED
from tidings.projects.models import SweepState
from tidings.upkeep.queries import tallies
from tidings.web.lanes import Deliveries, Queues, Schedule, Sources, read_lanes
from tidings.web.site import Site


class SiteCollector(Collector):
    """Asks the site for its lanes whenever Prometheus asks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterable[Metric]:
        """Yield every metric."""
        lanes = read_lanes(self._site)
        yield from _queues(lanes.queues)
        yield from _deliveries(lanes.delivery)
        yield from _sources(lanes.sources)
        yield from _schedule(lanes.schedule)
        yield _recovered(self._site)
        yield from _intake(self._site)
        yield from _audits(self._site)


def _queues(lane: Queues) -> Iterable[Metric]:
    depth = GaugeMetricFamily("tidings_queue_messages", "Messages waiting.", labels=["queue"])
    oldest = GaugeMetricFamily(
        "tidings_queue_oldest_seconds", "How long the oldest row has waited.", labels=["queue"]
    )
    silent = GaugeMetricFamily(
        "tidings_queue_silent_seconds", "Since a worker consumed from it.", labels=["queue"]
    )
    for row in lane.rows:
        if row.depth is not None:
            depth.add_metric([row.queue], row.depth)
        oldest.add_metric([row.queue], row.oldest.total_seconds() if row.oldest else 0)
        if row.silent_for is not None:
            silent.add_metric([row.queue], row.silent_for.total_seconds())
    return depth, oldest, silent


def _deliveries(lane: Deliveries) -> Iterable[Metric]:
    states = GaugeMetricFamily("tidings_deliveries", "Deliveries by state.", labels=["state"])
    for state, count in lane.counts.items():
        states.add_metric([state], count)
    rates = GaugeMetricFamily(
        "tidings_mail_returned_ratio", "Of the mails of the last 7 days.", labels=["how"]
    )
    rates.add_metric(["bounced"], lane.returns.bounce_rate)
    rates.add_metric(["complained"], lane.returns.complaint_rate)
    return states, rates


def _sources(lane: Sources) -> Iterable[Metric]:
    yield GaugeMetricFamily(
        "tidings_quarantined_records", "Records set aside.", value=lane.quarantine_count
    )
    yield GaugeMetricFamily(
        "tidings_held_changes", "Held by the storm breaker.", value=sum(lane.held.values())
    )
    ended = [sweep for sweep in lane.sweeps if sweep.state is not SweepState.RUNNING]
    if ended:
        last = ended[0]
        numbers = GaugeMetricFamily(
            "tidings_last_sweep_records", "Receipt of the last sweep.", labels=["outcome"]
        )
        for outcome in ("examined", "new", "changed", "quarantined", "unexamined"):
            numbers.add_metric([outcome], getattr(last, outcome))
        yield numbers
        complete = last.state is SweepState.COMPLETE
        yield GaugeMetricFamily(
            "tidings_last_sweep_complete", "1 when the last sweep is complete.", value=complete
        )


def _schedule(lane: Schedule) -> Iterable[Metric]:
    rung = GaugeMetricFamily(
        "tidings_schedule_last_slot_timestamp_seconds",
        "Slot rung last, Unix time.",
        labels=["entry"],
    )
    late = GaugeMetricFamily("tidings_schedule_late", "1 when an entry is late.", labels=["entry"])
    for slot in lane.slots:
        if slot.last is not None:
            rung.add_metric([slot.name], slot.last.timestamp())
        late.add_metric([slot.name], slot.is_late)
    return rung, late


def _recovered(site: Site) -> Metric:
    found = CounterMetricFamily(
        "tidings_recovered_rows", "Rows that nobody came for in time.", labels=["kind"]
    )
    with site.reading() as session:
        for tally in tallies(session, prefix=RECOVERED):
            found.add_metric([tally.name.removeprefix(RECOVERED)], tally.count)
    return found


def _intake(site: Site) -> Iterable[Metric]:
    came = CounterMetricFamily(
        "tidings_intake", "Returned mail and calls of mail providers.", labels=["kind"]
    )
    with site.reading() as session:
        for tally in tallies(session, prefix=TAKEN):
            came.add_metric([tally.name.removeprefix(TAKEN)], tally.count)
    waiting = count_unreadable(site.settings.unreadable_dir)
    kept = GaugeMetricFamily(
        "tidings_unreadable_mail", "Returned mail that a human has to look at.", value=waiting
    )
    return came, kept


def _audits(site: Site) -> Iterable[Metric]:
    things = GaugeMetricFamily(
        "tidings_audit_things", "What the last audit looked at.", labels=["audit", "outcome"]
    )
    ran = GaugeMetricFamily(
        "tidings_audit_finished_timestamp_seconds", "Unix time, calendar.", labels=["audit"]
    )
    with site.reading() as session:
        for kind, audit in latest_audits(session).items():
            things.add_metric([kind, "examined"], audit.examined)
            things.add_metric([kind, "agreed"], audit.agreed)
            ran.add_metric([kind], audit.finished_at.timestamp())
    return things, ran
