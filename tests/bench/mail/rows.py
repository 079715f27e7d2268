"""Workload D20 as rows of a database: digests that are due, with all that they tell.

Each tells of 20 studies out of 500: 4 that its reader follows, with 2 changes each, 6 that a first
search found, and 10 that a second one found, which has 37 more. In ``shared``, readers fall into 50
groups that are told the same; in ``unique``, each has a mix of its own.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine, insert
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import Table
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.reasons import REASONS, Clause, FollowReason, Reason, SearchReason
from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import pack
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Project,
    Purpose,
    Severity,
    Sweep,
    SweepState,
)
from tidings.searches.models import SavedSearch, Search
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Cadence, Follow, Subscriber, SubscriberState
from tidings.tables import metadata

Mode = Literal["shared", "unique"]

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
STUDIES, GROUPS, SEARCHES = 500, 50, 40
FOLLOWED, FIRST, SECOND = 4, 6, 47
SEED = 11
TEXT = (
    "tumor breast cancer metastatic immune receptor cell therapy trial patients imaging protein "
    "kinase inhibitor resistance genomic screening survival mouse model pathway neural cohort risk "
    "prevention rural community outcome response biomarker sequencing adolescent cardiac insulin"
)
WORDS = TEXT.split()
LEADERS = ("PÉREZ-NÚÑEZ, ANA", "NGUYỄN, THỊ MINH", "O'BRIEN, SEÁN", "LEE, SU", "ŁUKASZ, EWA")
FOUND = "triple-negative breast cancer"
AT_ONCE = 20_000


@dataclass(frozen=True)
class Mix:
    """What one digest tells: places of studies, and which two searches found them."""

    followed: Sequence[int]
    first: Sequence[int]
    second: Sequence[int]
    searches: tuple[int, int]


def fill(engine: Engine, settings: Settings, readers: int, mode: Mode) -> list[int]:
    """Make the tables and the rows of so many digests; return the ids of their deliveries."""
    metadata.create_all(engine)
    chance = random.Random(SEED)  # noqa: S311 - the same every time
    with open_session(engine) as session:
        _studies(session, chance)
        _readers(session, settings, readers)
        mixes = _mixes(chance, readers, mode)
        for start in range(0, readers, 200):
            some = range(start, min(start + 200, readers))
            _insert(session, [row for place in some for row in _wishes(place, mixes[place])])
            _insert(session, [row for place in some for row in _notices(place, mixes[place])])
        session.commit()
    return [place + 1 for place in range(readers)]


def _mixes(chance: random.Random, readers: int, mode: Mode) -> list[Mix]:
    def mix() -> Mix:
        studies = chance.sample(range(STUDIES), FOLLOWED + FIRST + SECOND)
        found = studies[FOLLOWED:]
        one, other = chance.sample(range(SEARCHES), 2)
        return Mix(studies[:FOLLOWED], found[:FIRST], found[FIRST:], (one, other))

    different = [mix() for _ in range(GROUPS if mode == "shared" else readers)]
    return [different[place % len(different)] for place in range(readers)]


def _studies(session: Session, chance: random.Random) -> None:
    sweep = Sweep(
        id=1,
        purpose=Purpose.WEEKLY,
        state=SweepState.COMPLETE,
        examined=148_102,
        changed=1_481,
        started_at=NOW - timedelta(hours=6),
        finished_at=NOW - timedelta(hours=5),
    )
    searches = [
        Search(id=number + 1, canonical=f'"{FOUND}" {number}', hash=str(number), created_at=NOW)
        for number in range(SEARCHES)
    ]
    studies = [row for place in range(STUDIES) for row in _study(place, chance)]
    _insert(session, [sweep, *searches, *studies])


def _study(place: int, chance: random.Random) -> Iterator[Table]:
    number, title = place + 1, " ".join(chance.choices(WORDS, k=12)).capitalize()
    organization = f"UNIVERSITY OF {WORDS[place % len(WORDS)].upper()} {place % 120}"
    record: Canonical = {
        "contact_pi_name": chance.choice(LEADERS),
        "principal_investigators": [{}, {}],
        "organization": {"org_name": organization, "org_city": "DURHAM", "org_state": "NC"},
        "activity_code": "R01",
        "award_amount": chance.randint(90_000, 3_000_000),
        "fiscal_year": 2026,
        "agency_ic_admin": {"abbreviation": "NCI"},
        "project_end_date": "2030-08-31",
        "abstract_text": " ".join(chance.choices(WORDS, k=350)),
    }
    seen: dict[str, Any] = {"first_seen_at": NOW}
    yield Project(
        id=number,
        key=f"CA{900_000 + place}",
        title=title,
        organization=organization,
        institute="NCI",
        current_appl_id=number,
        last_changed_at=NOW,
        **seen,
    )
    yield Award(
        appl_id=number,
        project_id=number,
        project_num=f"1R01CA{900_000 + place}-01",
        content_hash="",
        body=pack(record),
        changed_at=NOW,
        **seen,
    )
    yield _change(number, ChangeKind.AMOUNT_CHANGED, "award_amount", (412_000, 538_250))
    yield _change(
        number,
        ChangeKind.EXTENDED,
        "project_end_date",
        ("2026-08-31", f"2028-{place % 9 + 1:02}-15"),
    )


def _change(number: int, kind: ChangeKind, field: str, values: tuple[Any, Any]) -> Change:
    return Change(
        id=2 * number - (kind is ChangeKind.EXTENDED),
        project_id=number,
        appl_id=number,
        version=2,
        sweep_id=1,
        kind=kind,
        severity=Severity.NOTABLE,
        field=field,
        before=values[0],
        after=values[1],
        seen_at=NOW,
        processed_at=NOW,
    )


def _readers(session: Session, settings: Settings, readers: int) -> None:
    book = AddressBook(settings.secret)
    rows: list[Table] = []
    for number in range(1, readers + 1):
        address = f"reader{number}@mail{number % 7}.example.com"
        rows.append(
            Subscriber(
                id=number,
                address=book.seal(address),
                address_hash=book.hash(address),
                state=SubscriberState.ACTIVE,
                created_at=NOW,
                confirmed_at=NOW,
            )
        )
        rows.append(
            Delivery(
                id=number,
                key=f"digest:{number}",
                subscriber_id=number,
                kind=DeliveryKind.DIGEST,
                message_id=f"<{number:016x}.bench@{settings.mail_domain}>",
                due_at=NOW,
                created_at=NOW,
            )
        )
        rows.append(
            DigestRun(
                id=number,
                subscriber_id=number,
                cadence=Cadence.WEEKLY,
                period_start=NOW - timedelta(weeks=1),
                period_end=NOW,
                state=DigestRunState.COMPOSED,
                delivery_id=number,
                started_at=NOW,
            )
        )
    _insert(session, rows)


def _wishes(place: int, mix: Mix) -> Iterator[Table]:
    reader = place + 1
    for number, study in enumerate(mix.followed):
        yield Follow(
            id=place * FOLLOWED + number + 1,
            subscriber_id=reader,
            project_id=study + 1,
            created_at=NOW,
        )
    for number, search in enumerate(mix.searches):
        yield SavedSearch(
            id=2 * place + number + 1,
            subscriber_id=reader,
            search_id=search + 1,
            name=f"Breast cancer, part {search}",
            text=f'"{FOUND}"',
            created_at=NOW,
        )


def _notices(place: int, mix: Mix) -> Iterator[Table]:
    for number, study in enumerate(mix.followed):
        changes = (2 * study + 1, 2 * study + 2)
        follow = FollowReason(follow_id=place * FOLLOWED + number + 1, change_ids=changes)
        yield _notice(place, study, follow)
    for number, studies in enumerate((mix.first, mix.second)):
        for study in studies:
            yield _notice(place, study, _finding(2 * place + number + 1, study))


def _finding(saved_search_id: int, study: int) -> Reason:
    before = " ".join(WORDS[(study + step) % len(WORDS)] for step in range(8))
    start = len(before) + 1
    clause = Clause(
        clause=f'"{FOUND}"',
        field="abstract_text",
        excerpt=f"{before} {FOUND} and how {WORDS[study % 13]} tells – in Mérida",
        spans=((start, start + len(FOUND)),),
    )
    return SearchReason(
        saved_search_id=saved_search_id, appl_id=study + 1, version=1, clauses=(clause,)
    )


def _notice(place: int, study: int, reason: Reason) -> Notice:
    return Notice(
        subscriber_id=place + 1,
        project_id=study + 1,
        sweep_id=1,
        severity=Severity.NOTABLE,
        reasons=REASONS.dump_python((reason,), mode="json"),
        cadence=Cadence.WEEKLY,
        state=NoticeState.BUNDLED,
        delivery_id=place + 1,
        created_at=NOW,
    )


def _insert(session: Session, rows: Sequence[Table]) -> None:
    """Store many rows quickly, table by table in the order in which they first come."""
    kinds: dict[type[Table], list[dict[str, Any]]] = {type(row): [] for row in rows}
    for row in rows:
        given = row.model_dump(exclude={"id"} if getattr(row, "id", 1) is None else set())
        kinds[type(row)].append(given)
    for kind, values in kinds.items():
        for start in range(0, len(values), AT_ONCE):
            session.connection().execute(insert(kind), values[start : start + AT_ONCE])
