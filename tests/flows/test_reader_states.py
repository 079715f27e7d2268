"""Readers come, change their minds and go in any order: what must hold always, holds."""

from collections import Counter
from datetime import datetime, timedelta

from builders import make_project, make_sweep
from conftest import NOW
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,  # pyright: ignore[reportUnknownVariableType] - untyped there
)
from sqlalchemy import Engine
from sqlmodel import col, delete, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.errors import RejectedError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.confirm import confirm
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.start_digests import start_digests
from tidings.flows.subscribe import subscribe
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.reasons import REASONS, FollowReason
from tidings.projects.models import Severity
from tidings.subscribers.models import (
    DIGEST_CADENCES,
    Cadence,
    DigestSchedule,
    EndedReason,
    Follow,
    Subscriber,
    SubscriberState,
)
from tidings.subscribers.queries import follows_of_projects
from tidings.subscribers.tokens import Scope, open_token
from tidings.subscribers.wishes import Wish
from tidings.tables import metadata

ZONES = {"a@clinic.org": "Europe/Berlin", "b@clinic.org": "Pacific/Chatham"}
KEYS = ("CA1", "CA2")
TELLING = (DeliveryKind.CHANGE_ALERT, DeliveryKind.DIGEST)

addresses = st.sampled_from(sorted(ZONES))
keys = st.sampled_from(KEYS)
cadences = st.sampled_from(Cadence)
any_of_them = st.integers(0, 100)


class Readers(RuleBasedStateMachine):
    """Two people, two studies, and everything that may happen to them."""

    def __init__(self, engine: Engine, own: Settings) -> None:
        super().__init__()
        self.settings, self.now = own, NOW
        self.session = open_session(engine)
        for table in reversed(metadata.sorted_tables):
            self.session.connection().execute(delete(table))
        self.projects = {key: stored_id(make_project(self.session, key).id) for key in KEYS}
        self.secrets: list[str] = []
        reader = enroll(
            self.session, "a@clinic.org", time_zone="Europe/Berlin", settings=own, now=NOW
        )
        project = self.projects["CA1"]
        follow(
            self.session,
            subscriber_id=reader,
            project_id=project,
            cadence=Cadence.WEEKLY,
            now=NOW,
        )

    def teardown(self) -> None:
        self.session.close()

    @rule(address=addresses, key=keys, cadence=cadences)
    def ask(self, address: str, key: str, cadence: Cadence) -> None:
        made = subscribe(
            self.session,
            Wish(follow_key=key, cadence=cadence),
            address=address,
            time_zone=ZONES[address],
            settings=self.settings,
            now=self.now,
        )
        if made is not None:
            sealed = self.session.get_one(Delivery, made).secret
            self.secrets.append(open_token(self.settings.secret, sealed))

    @precondition(lambda self: self.secrets)
    @rule(which=any_of_them)
    def click(self, which: int) -> None:
        try:
            secret = self.secrets[which % len(self.secrets)]
            confirm(self.session, secret, settings=self.settings, now=self.now)
        except RejectedError:
            self.session.rollback()

    @rule(which=any_of_them)
    def leave(self, which: int) -> None:
        readers = self.session.exec(select(col(Subscriber.id))).all()
        if readers:
            self._end(Scope(stored_id(readers[which % len(readers)])))

    @rule(which=any_of_them)
    def drop(self, which: int) -> None:
        follows = self.session.exec(select(Follow)).all()
        if follows:
            row = follows[which % len(follows)]
            self._end(Scope(row.subscriber_id, follow_id=row.id))

    @rule(which=any_of_them, cadence=cadences)
    def change_mind(self, which: int, cadence: Cadence) -> None:
        follows = self.session.exec(select(Follow)).all()
        if follows:
            row = follows[which % len(follows)]
            try:
                follow(
                    self.session,
                    subscriber_id=row.subscriber_id,
                    project_id=row.project_id,
                    cadence=cadence,
                    now=self.now,
                )
            except RejectedError:
                assert self._reader(row.subscriber_id).state is not SubscriberState.ACTIVE

    @rule(key=keys)
    def news(self, key: str) -> None:
        sweep = stored_id(make_sweep(self.session).id)
        for row in follows_of_projects(self.session, [self.projects[key]], now=self.now):
            reason = FollowReason(follow_id=stored_id(row.id), change_ids=(1,))
            self.session.add(
                Notice(
                    subscriber_id=row.subscriber_id,
                    project_id=row.project_id,
                    sweep_id=sweep,
                    severity=Severity.INFO,
                    reasons=REASONS.dump_python((reason,), mode="json"),
                    cadence=row.cadence,
                    created_at=self.now,
                )
            )
        self.session.commit()

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        first, second = self._compose(), self._compose()
        assert second == []
        told = [self.session.get_one(Delivery, made) for made in first]
        assert {mail.kind for mail in told} <= set(TELLING)

    @rule()
    def mail_goes_out(self) -> None:
        for mail in self.session.exec(
            select(Delivery).where(col(Delivery.state) == DeliveryState.PENDING)
        ).all():
            mail.state = DeliveryState.SENT
            for notice in self._notices_in(mail):
                notice.state = NoticeState.TOLD
        self.session.commit()

    @invariant()
    def nobody_without_consent_has_anything_coming(self) -> None:
        self.session.expire_all()
        for notice in self.session.exec(select(Notice)).all():
            if notice.state in (NoticeState.WAITING, NoticeState.BUNDLED):
                assert self._reader(notice.subscriber_id).state is SubscriberState.ACTIVE
        for mail in self.session.exec(select(Delivery)).all():
            if mail.kind in TELLING and mail.state is DeliveryState.PENDING:
                assert self._reader(mail.subscriber_id).state is SubscriberState.ACTIVE
                assert self._notices_in(mail)

    @invariant()
    def a_notice_is_in_a_mail_exactly_when_it_is_bundled_or_told(self) -> None:
        for notice in self.session.exec(select(Notice)).all():
            is_in_mail = notice.state in (NoticeState.BUNDLED, NoticeState.TOLD)
            assert (notice.delivery_id is not None) is is_in_mail

    @invariant()
    def a_live_follow_has_an_active_reader_and_a_time_for_its_digest(self) -> None:
        live = self.session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).all()
        pairs = Counter((row.subscriber_id, row.project_id) for row in live)
        assert set(pairs.values()) <= {1}
        for row in live:
            assert self._reader(row.subscriber_id).state is SubscriberState.ACTIVE
            if row.cadence in DIGEST_CADENCES:
                assert self.session.get(DigestSchedule, (row.subscriber_id, row.cadence))

    @invariant()
    def periods_of_a_reader_do_not_overlap_and_only_full_ones_make_a_mail(self) -> None:
        ends: dict[tuple[int, Cadence], datetime] = {}
        ordered = select(DigestRun).order_by(col(DigestRun.period_end))
        for run in self.session.exec(ordered).all():
            before = ends.get((run.subscriber_id, run.cadence), run.period_start)
            assert before <= run.period_start < run.period_end <= self.now
            ends[run.subscriber_id, run.cadence] = run.period_end
            assert (run.state is DigestRunState.COMPOSED) is (run.delivery_id is not None)

    def _end(self, scope: Scope) -> None:
        reason = EndedReason.UNSUBSCRIBED
        unsubscribe(self.session, scope, reason=reason, settings=self.settings, now=self.now)

    def _compose(self) -> list[int]:
        made = compose_alerts(self.session, settings=self.settings, now=self.now)
        runs = start_digests(self.session, now=self.now)
        return made + compose_digest(self.session, runs, settings=self.settings, now=self.now)

    def _reader(self, subscriber_id: int) -> Subscriber:
        return self.session.get_one(Subscriber, subscriber_id)

    def _notices_in(self, mail: Delivery) -> list[Notice]:
        own = select(Notice).where(col(Notice.delivery_id) == mail.id)
        return list(self.session.exec(own))


EXAMPLES = hypothesis_settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_whatever_readers_do_they_are_told_what_they_agreed_to_and_once(
    engine: Engine, settings: Settings
) -> None:
    class ReadersHere(Readers):
        def __init__(self) -> None:
            super().__init__(engine, settings)

    run_state_machine_as_test(ReadersHere, settings=EXAMPLES)
