"""Which studies of a mail are told together, because the same happened to all of them (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tidings.notices.letters import MOST_ROLLED, RolledStudy, RollUp, Study
from tidings.notices.voices import Voice
from tidings.projects.models import Change, ChangeKind
from tidings.projects.names import title_case
from tidings.projects.wording import NEW, headline

STORM = 10
"""So many studies of one organization with the same kind of change in a sweep are one story."""


class Story(Protocol):
    """One study as it is told, its changes worst first."""

    @property
    def study(self) -> Study:
        """What is shown of it."""
        ...

    @property
    def changes(self) -> tuple[Change, ...]:
        """What happened to it."""
        ...

    @property
    def sweep_id(self) -> int:
        """When it was seen."""
        ...

    @property
    def organization(self) -> str:
        """Where it is done, as RePORTER writes it."""
        ...


AnyStory = TypeVar("AnyStory", bound=Story)


@dataclass(frozen=True)
class Alike:
    """What stories that are told together have in common."""

    sweep_id: int
    organization: str
    kind: ChangeKind


def grouped(stories: Iterable[AnyStory]) -> dict[Alike, list[AnyStory]]:
    """Put together what happened to one organization in one sweep, the largest group first."""
    groups: dict[Alike, list[AnyStory]] = {}
    for story in stories:
        kind = story.changes[0].kind if story.changes else ChangeKind.NEW_PROJECT
        alike = Alike(story.sweep_id, story.organization, kind)
        groups.setdefault(alike, []).append(story)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def storms(stories: Sequence[AnyStory]) -> tuple[list[list[AnyStory]], list[AnyStory]]:
    """Return the groups that are too large to be told study by study, and all other stories.

    What is new is never rolled up: it is what a search was saved for.
    """
    large, rest = list[list[AnyStory]](), list[AnyStory]()
    for alike, group in grouped(stories).items():
        if len(group) >= STORM and alike.kind not in NEW:
            large.append(group)
        else:
            rest += group
    kept = {story.study.key for story in rest}
    return large, [story for story in stories if story.study.key in kept]


def roll_up(stories: Sequence[Story], voice: Voice, *, most: int = MOST_ROLLED) -> RollUp:
    """Return stories that are alike as one, with the first ``most`` of them."""
    lines = stories[0].study.lines
    return RollUp(
        organization=title_case(stories[0].organization),
        headline=headline(stories[0].changes[:1], voice.speech),
        count=len(stories),
        studies=tuple(_rolled(story.study) for story in stories[:most]),
        all_url=voice.links.mail,
        explanation=lines[0].explanation if lines else "",
    )


def _rolled(study: Study) -> RolledStudy:
    line = study.lines[0] if study.lines else None
    return RolledStudy(key=study.key, title=study.title, url=study.url, line=line)
