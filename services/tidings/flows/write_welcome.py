"""Write the letter that says what a new reader follows, and what is there already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.flows.write_plain import cadence
from tidings.flows.write_studies import search_links, study_card
from tidings.notices import letter_queries as queries
from tidings.notices.plain_letters import WelcomeLetter, WelcomeSearch, WelcomeStudy
from tidings.notices.voices import Voice
from tidings.projects.models import Award, Project
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch
from tidings.searches.queries import live_saved_searches
from tidings.searches.query import is_about_changes
from tidings.subscribers.models import Follow

MOST_FOLLOWS = 10
MOST_SEARCHES = 4
NEWEST = 5
"""What the letter shows of each; it is no digest."""


@dataclass(frozen=True)
class Baseline:
    """What one search matches when its reader begins."""

    matches: int
    newest: Sequence[tuple[Project, Award]]


@dataclass(frozen=True)
class Beginnings:
    """What a reader follows and searches for."""

    follows: Sequence[tuple[Follow, Project, Award]]
    saved: Sequence[SavedSearch]
    baselines: dict[int, Baseline]
    last: queries.Reading | None

    def welcome(self, _: Delivery, voice: Voice) -> WelcomeLetter:
        """Return the letter; RejectedError when nothing is followed or searched for any more."""
        if not self.follows and not self.saved:
            raise RejectedError("there is nothing that the reader follows or searches for")
        shown, searches = self.follows[:MOST_FOLLOWS], self.saved[:MOST_SEARCHES]
        return WelcomeLetter(
            follows=tuple(
                WelcomeStudy(
                    study_card(project, award, voice), cadence(follow.cadence, voice.speech)
                )
                for follow, project, award in shown
            ),
            more_follows=len(self.follows) - len(shown),
            searches=tuple(self._search(saved, voice) for saved in searches),
            more_searches=len(self.saved) - len(searches),
            read_on=self.last.started_at.date() if self.last else None,
            footer=voice.footer(
                voice.speech.say("You get this once, because you have just confirmed.")
            ),
        )

    def _search(self, saved: SavedSearch, voice: Voice) -> WelcomeSearch:
        baseline = self.baselines.get(saved.search_id)
        return WelcomeSearch(
            search=search_links(saved, voice),
            cadence=cadence(saved.cadence, voice.speech),
            matches=baseline.matches if baseline else None,
            newest=tuple(study_card(*row, voice) for row in baseline.newest) if baseline else (),
        )


def read_beginnings(session: Session, delivery: Delivery) -> Beginnings:
    """Read what the reader of a welcome follows, and what their searches match."""
    saved = live_saved_searches(session, delivery.subscriber_id)
    readings = queries.readings_until(session, delivery.created_at)
    return Beginnings(
        follows=queries.follows_with_studies(session, delivery.subscriber_id),
        saved=saved,
        baselines={
            one.search_id: Baseline(
                queries.count_matches(session, one.search_id),
                queries.newest_matches(session, one.search_id, most=NEWEST),
            )
            for one in saved[:MOST_SEARCHES]
            if not is_about_changes(parse(one.text))
        },
        last=readings[-1] if readings else None,
    )
