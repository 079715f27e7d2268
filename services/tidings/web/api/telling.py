"""What programs are told of studies and changes: the same over HTTP, for agents, in a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.flows.search_projects import search_projects
from tidings.notices.calls import words_of
from tidings.pages.facts import study_facts
from tidings.pages.grounding import Section, Span
from tidings.pages.plain import plain_page
from tidings.pages.published_queries import PublishedText, published_text
from tidings.pages.showing import official_title
from tidings.projects.canonicalise import Canonical
from tidings.projects.feed_queries import Sought, ledger_entries, ledger_places, news_of
from tidings.projects.ledger import read_cursor, write_cursor
from tidings.projects.linked_queries import papers_of, trials_of
from tidings.projects.models import Change, Project
from tidings.projects.past import PastAward
from tidings.projects.past_queries import awards_of_projects
from tidings.projects.queries import projects_page
from tidings.projects.wording import change_line
from tidings.rendering.speech import ENGLISH, SOURCE_LANGUAGE
from tidings.searches.evaluate import ClauseHit
from tidings.searches.grammar import parse
from tidings.searches.readback import STUDIES, read_back
from tidings.web.api import shapes

LATEST = datetime.max.replace(tzinfo=UTC)
MOST_PAPERS = 200
"""Papers of one study that are listed; the sentences count all."""


def found_studies(
    session: Session, q: str, *, offset: int, limit: int, home: str
) -> shapes.Studies:
    """Return what a search finds, or without one what changed last; QueryError for nonsense."""
    if not q.strip():
        listed = projects_page(session, offset=offset, limit=limit + 1)
        return shapes.Studies(
            means=None,
            count=None,
            is_exact=True,
            studies=[study_line(project, home=home) for project in listed[:limit]],
            next_offset=offset + limit if len(listed) > limit else None,
        )
    found = search_projects(session, q, limit=limit, offset=offset)
    return shapes.Studies(
        means=read_back(parse(q), noun=STUDIES),
        count=found.count,
        is_exact=found.is_exact,
        studies=[study_line(hit.project, hit.clauses, home=home) for hit in found.hits],
        next_offset=found.next_offset,
    )


def study_line(
    project: Project, clauses: Iterable[ClauseHit] = (), *, home: str
) -> shapes.StudyLine:
    """Return a study as it stands in a list."""
    return shapes.StudyLine(
        key=project.key,
        title=official_title(project.title),
        organization=project.organization,
        institute=project.institute,
        is_active=project.is_active,
        award=project.current_appl_id,
        last_changed_at=project.last_changed_at,
        url=f"{home}/studies/{project.key}",
        found_by=clauses_of(clauses),
    )


def clauses_of(clauses: Iterable[ClauseHit]) -> list[shapes.Clause]:
    """Return what held, as programs read it."""
    return [shapes.Clause.model_validate(asdict(clause)) for clause in clauses]


def told_study(
    session: Session, project: Project, *, as_of: date | None, home: str
) -> shapes.Study | None:
    """Return a study now, or at the end of a day (UTC); None for a day before it was known."""
    moment = LATEST if as_of is None else _end_of(as_of)
    awards = awards_of_projects(session, [stored_id(project.id)])[stored_id(project.id)]
    known = [(award, version) for award in awards if (version := award.version_at(moment))]
    if not known:
        return None
    known.sort(key=lambda one: one[0].columns(one[1])["rank"], reverse=True)
    current, *others = [award.canonical(version) for award, version in known]
    permanent = f"@{as_of.isoformat()}" if as_of else ""
    linked = _linked(session, stored_id(project.id))
    published = None
    if as_of is None:
        published = published_text(session, stored_id(project.id), SOURCE_LANGUAGE)
    return shapes.Study(
        key=project.key,
        title=official_title(current.get("project_title", "")),
        url=f"{home}/studies/{project.key}{permanent}",
        as_of=as_of,
        facts=shapes.Facts.model_validate(study_facts(current, others), from_attributes=True),
        plain=_plain(current, others, None if as_of else linked),
        published_text=_published(published) if published else None,
        abstract=current.get("abstract_text", ""),
        narrative=current.get("phr_text", ""),
        papers=linked.papers,
        trials=linked.trials,
        awards=[_award(award, version) for award, version in known],
    )


def told_changes(
    session: Session, project: Project, *, before: int | None, limit: int
) -> shapes.StudyChanges:
    """Return what was told of a study, newest first."""
    news = news_of(session, stored_id(project.id), before=before, limit=limit + 1)
    changes = [told_change(change, project.key) for change, _ in news[:limit]]
    return shapes.StudyChanges(
        changes=changes, before=changes[-1].id if len(news) > limit else None
    )


def told_ledger(session: Session, after: str, *, limit: int, sought: Sought) -> shapes.Changes:
    """Return the next changes of the ledger; RejectedError for a cursor that is none."""
    start = read_cursor(after)
    places = ledger_places(session, start, limit=limit, sought=sought)
    changes = [
        shapes.LedgerChange(
            cursor=write_cursor(entry.place), **dict(told_change(entry.change, entry.key))
        )
        for entry in ledger_entries(session, places)
    ]
    return shapes.Changes(changes=changes, next=write_cursor(places[-1] if places else start))


def told_change(change: Change, key: str) -> shapes.Change:
    """Return a change as programs read it."""
    return shapes.Change(
        id=stored_id(change.id),
        study=key,
        award=change.appl_id,
        version=change.version,
        kind=change.kind,
        severity=change.severity,
        field=change.field_name,
        before=change.before,
        after=change.after,
        words=words_of(change_line(change), ENGLISH),
        seen_at=change.seen_at,
        sweep=change.sweep_id,
        reverses=change.reverses_id,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)


@dataclass(frozen=True)
class _Links:
    papers: list[shapes.Paper]
    in_all: int
    trials: list[shapes.Trial]


def _linked(session: Session, project_id: int) -> _Links:
    papers = papers_of(session, project_id, limit=MOST_PAPERS)
    return _Links(
        [shapes.Paper.model_validate(one._asdict()) for one in papers.papers],
        papers.in_all,
        [
            shapes.Trial(number=one.nct_id, title=one.title, status=one.status)
            for one in trials_of(session, project_id)
        ],
    )


def _plain(
    current: Canonical, others: Sequence[Canonical], linked: _Links | None
) -> list[shapes.PlainSentence]:
    """Return the sentences; without ``linked``, those that do not speak of papers and trials."""
    counts = {"papers": linked.in_all, "trials": len(linked.trials)} if linked else {}
    return [
        shapes.PlainSentence(
            section=one.section.value,
            text=str(one.text),
            sources=[_source(span) for span in one.spans],
        )
        for one in plain_page(current, others, **counts).sentences
        if linked or one.section is not Section.SIMILAR
    ]


def _published(text: PublishedText) -> shapes.PublishedText:
    return shapes.PublishedText(
        number=text.number,
        role=text.role,
        reviewed_at=text.reviewed_at,
        model=text.model,
        sentences=[
            shapes.PublishedSentence(
                section=one.section.value,
                text=one.text,
                sources=[_source(span) for span in one.spans],
                is_stale=one.is_stale,
            )
            for one in text.sentences
        ],
    )


def _source(span: Span) -> shapes.Source:
    return shapes.Source(
        award=span.appl_id, field=span.field, start=span.start, end=span.end, text=span.text
    )


def _award(award: PastAward, version: int) -> shapes.AwardVersions:
    canonical = award.canonical(version)
    steps = [step for step in award.steps if step.version <= version]
    return shapes.AwardVersions(
        award=award.appl_id,
        number=canonical.get("project_num", ""),
        fiscal_year=canonical.get("fiscal_year"),
        amount=canonical.get("award_amount"),
        version=version,
        versions=[
            shapes.Version(
                version=step.version, seen_at=step.seen_at, content_hash=step.content_hash
            )
            for step in steps
        ],
        url=f"https://reporter.nih.gov/project-details/{award.appl_id}",
    )
