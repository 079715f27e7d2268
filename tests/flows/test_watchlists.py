"""Lists are made, followed and changed; what a reader has by themselves is never touched."""

import pytest
from builders import make_project, make_reader
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.flows.apply_watchlist import apply_watchlist, apply_watchlists
from tidings.flows.change_follow import change_follow
from tidings.flows.change_search import change_search
from tidings.flows.confirm import confirm
from tidings.flows.follow import follow
from tidings.flows.follow_watchlist import follow_watchlist, unfollow_watchlist
from tidings.flows.publish_watchlist import Reach, publish_watchlist
from tidings.flows.recover import recover
from tidings.flows.save_search import save_search
from tidings.flows.subscribe import subscribe
from tidings.flows.take_watchlist import source_here, source_of_file, take_watchlist
from tidings.flows.unsubscribe import unsubscribe
from tidings.flows.write_watchlist import MOST_LISTS, Draft, write_watchlist
from tidings.jobs import Job
from tidings.projects.models import Project
from tidings.searches.queries import live_saved_searches
from tidings.subscribers.models import Cadence, EndedReason, Follow, Subscriber, SubscriberState
from tidings.subscribers.queries import live_follows
from tidings.subscribers.tokens import Scope, open_token
from tidings.subscribers.wishes import Wish
from tidings.watchlists import documents
from tidings.watchlists.documents import Standing
from tidings.watchlists.entries import ENTRIES, StudyEntry, write_lines
from tidings.watchlists.models import Watchlist, WatchlistFollow
from tidings.watchlists.queries import follows_behind, lists_followed
from tidings.watchlists.signing import Signer

KEYS = ("CA1", "CA2", "CA3")
SEARCH, OTHER_SEARCH = "search: title:trop2", "search: melanoma"
SITE = "https://tidings.example"


class Club:
    """A reader who publishes a list, and one who follows it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.projects = [stored_id(make_project(session, key).id) for key in KEYS]
        self.maker = stored_id(make_reader(session, "maker").id)
        self.reader = stored_id(make_reader(session, "reader").id)
        self.list_id = self.write("CA1", "CA2", SEARCH)
        publish_watchlist(session, self.list_id, Reach.EVERYBODY, subscriber_id=self.maker, now=NOW)

    @property
    def row(self) -> Watchlist:
        return self.session.get_one(Watchlist, self.list_id)

    def write(self, *lines: str, list_id: int | None = None) -> int:
        draft = Draft("Trop-2", "", "en", "\n".join(lines))
        row = write_watchlist(
            self.session, draft, subscriber_id=self.maker, watchlist_id=list_id, now=NOW
        )
        return stored_id(row.id)

    def change(self, *lines: str) -> None:
        """Change the list, and let its followers hear of it."""
        self.write(*lines, list_id=self.list_id)
        apply_watchlists(self.session, follows_behind(self.session, limit=10), now=NOW)

    def follow(self, slug: str = "") -> int:
        follow_watchlist(
            self.session,
            subscriber_id=self.reader,
            slug=slug or self.row.slug,
            cadence=Cadence.DAILY,
            now=NOW,
        )
        return stored_id(lists_followed(self.session, self.reader)[-1].follow.id)

    @property
    def followed(self) -> list[str]:
        projects = {one.id: one.key for one in self.session.exec(select(Project)).all()}
        return [projects[row.project_id] for row in live_follows(self.session, self.reader)]

    @property
    def searches(self) -> list[str]:
        return [row.text for row in live_saved_searches(self.session, self.reader)]


@pytest.fixture
def club(session: Session) -> Club:
    return Club(session)


def test_whoever_follows_a_list_follows_what_it_names(club: Club) -> None:
    club.follow()
    assert (club.followed, club.searches) == (["CA1", "CA2"], ["title:trop2"])
    assert {row.cadence for row in live_follows(club.session, club.reader)} == {Cadence.DAILY}
    assert follows_behind(club.session, limit=10) == []
    club.follow()
    assert len(lists_followed(club.session, club.reader)) == 1


def test_a_change_brings_what_is_new_and_ends_what_was_dropped(club: Club) -> None:
    club.follow()
    club.change("CA2", "CA3", OTHER_SEARCH)
    assert (club.followed, club.searches) == (["CA2", "CA3"], ["melanoma"])
    ended = club.session.exec(select(Follow).where(col(Follow.ended_at).is_not(None))).one()
    assert ended.ended_reason is EndedReason.LIST_CHANGED


def test_what_the_reader_had_by_themselves_stays_when_the_list_drops_it(club: Club) -> None:
    follow(
        club.session,
        subscriber_id=club.reader,
        project_id=club.projects[0],
        cadence=Cadence.MONTHLY,
        now=NOW,
    )
    save_search(
        club.session,
        subscriber_id=club.reader,
        name="mine",
        text="title:trop2",
        cadence=Cadence.MONTHLY,
        now=NOW,
    )
    club.follow()
    assert live_saved_searches(club.session, club.reader)[0].name == "mine"
    assert live_follows(club.session, club.reader)[0].cadence is Cadence.MONTHLY
    club.change("CA3")
    assert (sorted(club.followed), club.searches) == (["CA1", "CA3"], ["title:trop2"])


def test_what_the_reader_changed_is_theirs_from_then_on(club: Club) -> None:
    club.follow()
    for project, cadence, note in zip(
        club.projects, (Cadence.IMMEDIATE, None), (None, "ask"), strict=False
    ):
        change_follow(
            club.session,
            subscriber_id=club.reader,
            project_id=project,
            cadence=cadence,
            note=note,
            now=NOW,
        )
    (saved,) = live_saved_searches(club.session, club.reader)
    change_search(
        club.session,
        subscriber_id=club.reader,
        saved_search_id=stored_id(saved.id),
        threshold={"percent": 10},
        now=NOW,
    )
    club.change("CA3")
    assert (sorted(club.followed), club.searches) == (["CA1", "CA2", "CA3"], ["title:trop2"])


def test_what_the_reader_stopped_does_not_come_back_with_the_next_version(club: Club) -> None:
    club.follow()
    (first, *_) = live_follows(club.session, club.reader)
    (saved,) = live_saved_searches(club.session, club.reader)
    for scope in (
        Scope(club.reader, follow_id=first.id),
        Scope(club.reader, saved_search_id=saved.id),
    ):
        unsubscribe(
            club.session, scope, reason=EndedReason.UNSUBSCRIBED, settings=Settings(), now=NOW
        )
    club.change("CA1", "CA2", "CA3", SEARCH)
    assert (club.followed, club.searches) == (["CA2", "CA3"], [])


def test_what_two_lists_name_stays_until_both_have_dropped_it(club: Club) -> None:
    other = club.write("CA1", SEARCH)
    row = publish_watchlist(club.session, other, Reach.EVERYBODY, subscriber_id=club.maker, now=NOW)
    club.follow()
    club.follow(row.slug)
    club.change("CA2")
    assert (sorted(club.followed), club.searches) == (["CA1", "CA2"], ["title:trop2"])
    club.write("CA3", list_id=other)
    apply_watchlists(club.session, follows_behind(club.session, limit=10), now=NOW)
    assert (sorted(club.followed), club.searches) == (["CA2", "CA3"], [])


@pytest.mark.parametrize(("keep", "left"), [(True, ["CA1", "CA2"]), (False, [])])
def test_a_list_is_stopped_with_or_without_what_it_brought(
    club: Club, *, keep: bool, left: list[str]
) -> None:
    row_id = club.follow()
    unfollow_watchlist(club.session, row_id, subscriber_id=club.maker, keep=keep, now=NOW)
    assert len(lists_followed(club.session, club.reader)) == 1  # it is not the maker's to stop
    unfollow_watchlist(club.session, row_id, subscriber_id=club.reader, keep=keep, now=NOW)
    assert (club.followed, bool(club.searches)) == (left, keep)
    club.change("CA3")
    assert club.followed == left


@pytest.mark.parametrize("reach", [Reach.NOBODY, Reach.DELETED])
def test_a_list_that_is_hidden_or_deleted_leaves_its_followers_what_it_gave(
    club: Club, reach: Reach
) -> None:
    club.follow()
    publish_watchlist(club.session, club.list_id, reach, subscriber_id=club.maker, now=NOW)
    if reach is Reach.NOBODY:
        club.change("CA3")
    assert (club.followed, club.searches) == (["CA1", "CA2"], ["title:trop2"])
    with pytest.raises(RejectedError, match="not public"):
        club.follow(club.row.slug)
    assert bool(club.row.entries) is (reach is Reach.NOBODY)


def test_who_has_ended_everything_is_brought_nothing_by_a_list(club: Club) -> None:
    club.follow()
    scope = Scope(club.reader)
    unsubscribe(club.session, scope, reason=EndedReason.ONE_CLICK, settings=Settings(), now=NOW)
    club.session.get_one(Subscriber, club.reader).state = SubscriberState.ACTIVE
    club.session.commit()
    club.change("CA3")
    assert club.followed == []
    assert lists_followed(club.session, club.reader) == []


def test_recover_rings_for_whoever_is_behind_a_list(engine: Engine) -> None:
    with open_session(engine) as session:
        club = Club(session)
        row_id = club.follow()
        club.write("CA3", list_id=club.list_id)
    bells = recover(engine, settings=Settings(), is_idempotent=False, now=NOW)
    (bell,) = [bell for bell in bells if bell.job is Job.WATCHLISTS_APPLY]
    assert bell.arguments == ([row_id],)
    with open_session(engine) as session:
        apply_watchlist(session, row_id, now=NOW)
        assert follows_behind(session, limit=10) == []


def test_a_wish_for_a_list_is_asked_about_by_mail_and_comes_true_once(
    club: Club, settings: Settings
) -> None:
    def ask(slug: str) -> None:
        wish, address = Wish(watchlist=slug), "new@clinic.org"
        subscribe(club.session, wish, address=address, time_zone="UTC", settings=settings, now=NOW)

    ask(club.row.slug)
    assert club.session.exec(select(WatchlistFollow)).all() == []
    (mail,) = club.session.exec(select(Delivery)).all()
    confirm(club.session, open_token(settings.secret, mail.secret), settings=settings, now=NOW)
    club.reader = mail.subscriber_id
    assert (club.followed, club.searches) == (["CA1", "CA2"], ["title:trop2"])
    with pytest.raises(RejectedError, match="not public"):
        ask("0" * 16)


def test_a_change_of_words_alone_makes_a_version_and_the_same_words_none(club: Club) -> None:
    club.change("CA1", "CA2", SEARCH)
    assert club.row.version == 1
    club.change("CA1 | First", "CA2", SEARCH)
    assert club.row.version == 2
    assert ENTRIES.validate_python(club.row.entries)[0] == StudyEntry(key="CA1", name="First")


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Draft("T", "", "en", "CA1\n\nCA9"), "Line 3: We know no study CA9"),
        (Draft("T", "", "en", "https://reporter.nih.gov/project-details/9"), "Line 1: We know no"),
        (Draft(" ", "", "en", ""), "a title of at most"),
        (Draft("x" * 121, "", "en", ""), "a title of at most"),
        (Draft("T", "x" * 2001, "en", ""), "What a list is about"),
        (Draft("T", "", "tlh", ""), "one of the languages"),
    ],
)
def test_what_makes_no_list_is_refused_in_words(club: Club, draft: Draft, said: str) -> None:
    with pytest.raises(RejectedError, match=said):
        write_watchlist(club.session, draft, subscriber_id=club.maker, now=NOW)


def test_nobody_changes_or_publishes_a_list_of_anothers(club: Club) -> None:
    draft = Draft("Mine", "", "en", "")
    with pytest.raises(RejectedError, match="no such list"):
        write_watchlist(
            club.session, draft, subscriber_id=club.reader, watchlist_id=club.list_id, now=NOW
        )
    with pytest.raises(RejectedError, match="no such list"):
        publish_watchlist(
            club.session, club.list_id, Reach.DELETED, subscriber_id=club.reader, now=NOW
        )


def test_a_reader_has_only_so_many_lists_and_publishes_no_empty_one(club: Club) -> None:
    empty = club.write()
    with pytest.raises(RejectedError, match="nothing in this list"):
        publish_watchlist(club.session, empty, Reach.EVERYBODY, subscriber_id=club.maker, now=NOW)
    for _ in range(MOST_LISTS - 2):
        club.write()
    with pytest.raises(RejectedError, match="20 lists already"):
        club.write()


def signed(club: Club, settings: Settings) -> bytes:
    entries = ENTRIES.validate_python(club.row.entries)
    return documents.written(club.row, entries, site=SITE, signer=Signer(settings.secret))


def test_a_list_goes_round_published_verified_forked_and_published_again(
    club: Club, settings: Settings
) -> None:
    file = signed(club, settings)
    source = source_of_file(file, settings=settings)
    taken = take_watchlist(club.session, source, subscriber_id=club.reader, now=NOW)
    assert (taken.left_out, source.signature) == ((), Standing.OURS)
    fork = taken.watchlist
    assert (fork.title, fork.published_at) == ("Trop-2", None)
    assert fork.forked_from == f"{SITE}/lists/{club.row.slug}"
    assert fork.entries == club.row.entries
    fork_id = stored_id(fork.id)
    publish_watchlist(club.session, fork_id, Reach.EVERYBODY, subscriber_id=club.reader, now=NOW)
    again = source_here(club.session, fork.slug, site=SITE)
    assert write_lines(again.entries) == write_lines(source.entries)


def test_what_a_file_names_that_is_not_known_here_is_left_out_and_said(
    club: Club, settings: Settings
) -> None:
    foreign = Signer(b"the secret of another site")
    entries = (StudyEntry(key="CA1"), StudyEntry(key="CA9"))
    file = documents.written(club.row, entries, site="https://far.example", signer=foreign)
    source = source_of_file(file, settings=settings)
    taken = take_watchlist(club.session, source, subscriber_id=club.reader, now=NOW)
    assert (taken.left_out, source.signature) == (("CA9",), Standing.UNCHECKED)
    assert [one["key"] for one in taken.watchlist.entries] == ["CA1"]


def test_an_opml_file_makes_a_list_of_the_studies_in_it(club: Club, settings: Settings) -> None:
    addresses = ("https://x.example/studies/CA2/feed.atom", "https://news.example/feed")
    outlines = "".join(f'<outline type="rss" text="n" xmlUrl="{one}"/>' for one in addresses)
    file = f"<opml version='2.0'><head><title>Mine</title></head><body>{outlines}</body></opml>"
    source = source_of_file(file.encode(), settings=settings)
    taken = take_watchlist(club.session, source, subscriber_id=club.reader, now=NOW)
    assert (taken.watchlist.title, source.passed_over) == ("Mine", 1)
    assert taken.watchlist.entries == [{"type": "study", "key": "CA2", "name": "n"}]
    empty = source_of_file(b"<opml/>", settings=settings)
    with pytest.raises(RejectedError, match="no study or search"):
        take_watchlist(club.session, empty, subscriber_id=club.reader, now=NOW)
