"""What a reader follows, for their programs: looked at, begun, changed, stopped."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.flows import follow as following
from tidings.flows.change_follow import change_follow
from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.projects.models import Project
from tidings.projects.sweep_queries import projects_by_ids
from tidings.subscribers import models
from tidings.subscribers.models import EndedReason
from tidings.subscribers.queries import live_follow, live_follows
from tidings.subscribers.tokens import Scope
from tidings.web.api.answers import OWN, WRITING, refusals
from tidings.web.api.asked import FollowAsked, FollowWishes, Key
from tidings.web.api.own_shapes import Follow, Follows
from tidings.web.api.own_telling import told_follow
from tidings.web.api.problems import ApiError
from tidings.web.api.programs import MayReadMe, MayWriteFollows, Program
from tidings.web.api.studies import known_study
from tidings.web.site import site_of

router = APIRouter(prefix="/v1/me/follows", tags=["Yours"])


@router.get("", responses=refusals(*OWN))
def list_follows(request: Request, asking: MayReadMe) -> Follows:
    """Give all that the reader follows."""
    with site_of(request).reading() as session:
        rows = live_follows(session, asking.reader_id)
        projects = projects_by_ids(session, {row.project_id for row in rows})
    by_id = {project.id: project for project in projects}
    return Follows(follows=[told_follow(row, by_id[row.project_id]) for row in rows])


@router.get("/{key}", responses=refusals(*OWN, 404))
def get_follow(request: Request, asking: MayReadMe, key: Key) -> Follow:
    """Give how the reader follows one study."""
    with site_of(request).reading() as session:
        project, row = _followed(session, asking, key)
    return told_follow(row, project)


@router.put("/{key}", responses=refusals(*WRITING, 404))
def put_follow(
    request: Request,
    asking: MayWriteFollows,
    key: Key,
    asked: Annotated[FollowAsked, Body()],
) -> Follow:
    """Follow a study, or change how often it is told; sent twice, it is followed once."""
    site = site_of(request)
    with site.reading() as session:
        project = known_study(session, key)
    with site.writing() as session:
        row = following.follow(
            session,
            subscriber_id=asking.reader_id,
            project_id=stored_id(project.id),
            cadence=asked.cadence,
            now=site.now,
        )
    return told_follow(row, project)


@router.patch("/{key}", responses=refusals(*WRITING, 404))
def patch_follow(
    request: Request,
    asking: MayWriteFollows,
    key: Key,
    asked: Annotated[FollowWishes, Body()],
) -> Follow:
    """Change what is told of a followed study, how often, and from when."""
    site = site_of(request)
    with site.reading() as session:
        project, _ = _followed(session, asking, key)
    with site.writing() as session:
        row = change_follow(
            session,
            subscriber_id=asking.reader_id,
            project_id=stored_id(project.id),
            **asked.changes(now=site.now),
            now=site.now,
        )
    return told_follow(row, project)


@router.delete("/{key}", status_code=204, responses=refusals(*OWN, 404))
def delete_follow(request: Request, asking: MayWriteFollows, key: Key) -> Response:
    """Stop following a study."""
    site = site_of(request)
    with site.reading() as session:
        project, _ = _followed(session, asking, key)
    with site.writing() as session:
        unsubscribe(
            session,
            Scope(asking.reader_id),
            part=Part(study=project.key),
            reason=EndedReason.UNSUBSCRIBED,
            settings=site.settings,
            now=site.now,
        )
    return Response(status_code=204)


def _followed(session: Session, asking: Program, key: str) -> tuple[Project, models.Follow]:
    project = known_study(session, key)
    row = live_follow(session, asking.reader_id, stored_id(project.id))
    if row is None:
        raise ApiError(404, "You do not follow this study.")
    return project, row
