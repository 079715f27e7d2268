"""Small trials of the points that the main job does not pass.

Each prepares a store, is killed at a point in the middle of one act, does the act again, and looks
whether all is as if nothing had happened.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import Engine
from sqlmodel import Session
from tests.chaos import (
    account_acts,
    acts,
    call_acts,
    desk_acts,
    draft_acts,
    feed_acts,
    intake_acts,
    own_acts,
    paper_acts,
    token_acts,
    wish_acts,
)
from tests.chaos.scene import Scene, open_scenery
from tests.chaos.stores import Store, fast_folder
from tests.chaos.trial import Hit, Outcome

from tidings.db.engine import make_engine
from tidings.failpoints import AFTER, BEFORE, Plan, Strike, arm

Act = Callable[[Scene, Engine], None]


@dataclass(frozen=True)
class Scenario:
    """What is done before, what is done twice, and what must be true at last."""

    points: Sequence[str]
    act: Act
    verify: Callable[[Scene, Session], Iterator[str]]
    prepare: Act = acts.nothing
    heal: Callable[[Scene], None] = acts.nothing_to_heal
    empty: bool = False


SCENARIOS = (
    Scenario(("database.migrated",), acts.migrate_up, acts.is_migrated, empty=True),
    Scenario(
        ("database.taken_back",), acts.migrate_down, acts.is_bare, acts.migrate_up, empty=True
    ),
    Scenario(("delivery.replayed",), acts.replay, acts.is_replayed_once, acts.fail_a_mail),
    Scenario(("sweep.released",), acts.release, acts.is_released_once, acts.hold_a_sweep),
    Scenario(("page.held",), acts.sweep_short_pages, acts.is_held_once),
    Scenario(("sweep.failed",), acts.sweep_refused, acts.has_failed_once),
    Scenario(
        ("sweep.troubled", "breaker.failed"),
        acts.sweep_unanswered,
        acts.is_swept,
        heal=acts.let_the_source_answer,
    ),
    Scenario(("pace.quieted",), acts.sweep_told_to_wait, acts.is_swept),
    Scenario(
        ("smtp.starttls", "smtp.login", "smtp.reset", "smtp.quit"),
        acts.send_safely,
        acts.all_sent_once,
        acts.write_goodbyes,
    ),
    Scenario(
        ("breaker.probed", "breaker.closed"),
        acts.send_safely,
        acts.all_sent_once,
        acts.write_goodbyes_behind_a_breaker,
    ),
    Scenario(
        ("schedules.mended",), acts.recover_all, acts.has_its_schedule, acts.forget_a_schedule
    ),
    Scenario(("conditions.loaded",), acts.take_in_conditions, acts.are_loaded_once),
    Scenario(
        ("follow.changed", "search.changed", "reader.changed"),
        wish_acts.change_all_wishes,
        wish_acts.are_changed_once,
    ),
    Scenario(("brake.pulled",), wish_acts.stop_all_mail, wish_acts.is_stopped_once),
    Scenario(
        ("brake.released",),
        wish_acts.let_mail_go_on,
        wish_acts.goes_on,
        wish_acts.stop_all_mail,
    ),
    Scenario(("sign_in.asked",), account_acts.ask_to_sign_in, account_acts.every_link_has_its_mail),
    Scenario(
        ("reader.signed_in",),
        account_acts.press_to_sign_in,
        account_acts.has_one_session,
        account_acts.ask_to_sign_in,
    ),
    Scenario(
        ("reader.signed_out",),
        account_acts.leave,
        account_acts.has_no_session,
        account_acts.begin_a_session,
    ),
    Scenario(("address.asked",), account_acts.ask_to_move, account_acts.every_link_has_its_mail),
    Scenario(
        ("reader.moved",),
        account_acts.press_to_move,
        account_acts.has_moved_once,
        account_acts.ask_to_move,
    ),
    Scenario(("feed.opened",), feed_acts.open_calendar, feed_acts.has_one_address),
    Scenario(
        ("feed.closed",),
        feed_acts.close_calendar,
        feed_acts.has_no_address,
        feed_acts.open_calendar,
    ),
    Scenario(
        ("endpoint.added", "endpoint.asked", "endpoint.tested", "endpoint.rotated"),
        call_acts.set_up_endpoint,
        call_acts.is_set_up_once,
    ),
    Scenario(
        ("calls.composed", "calls.claimed", "call.posted", "calls.recorded"),
        call_acts.make_the_call,
        call_acts.is_called_under_one_name,
        call_acts.let_a_call_wait,
    ),
    Scenario(
        ("calls.replayed",),
        call_acts.replay_the_call,
        call_acts.waits_once,
        call_acts.miss_the_call,
    ),
    Scenario(
        ("mailbox.moved", "complaint.noted", "intake.counted"),
        intake_acts.read_maildir,
        intake_acts.is_noted_once,
        intake_acts.let_a_complaint_arrive,
    ),
    Scenario(
        ("mailbox.entered", "mailbox.flagged"),
        intake_acts.read_imap,
        intake_acts.is_noted_once,
        intake_acts.send_a_mail,
    ),
    Scenario(
        ("arrival.noted",),
        intake_acts.hear_of_an_arrival,
        intake_acts.gets_mail,
        intake_acts.let_an_address_rest,
    ),
    Scenario(("address.suppressed",), intake_acts.suppress, intake_acts.gets_nothing),
    Scenario(
        ("address.released",),
        intake_acts.release,
        intake_acts.gets_mail,
        intake_acts.suppress,
    ),
    Scenario(
        ("draft.wanted", "draft.claimed", "draft.stored"),
        draft_acts.draft_well,
        draft_acts.is_drafted_once,
        draft_acts.write_a_record,
        heal=Scene.wait_for_leases,
    ),
    Scenario(
        ("draft.failed",),
        draft_acts.draft_badly,
        draft_acts.has_failed_once,
        draft_acts.write_a_record,
        heal=Scene.wait_for_leases,
    ),
    Scenario(
        ("draft.paused",),
        draft_acts.draft_in_vain,
        draft_acts.waits_for_its_model,
        draft_acts.write_a_record,
        heal=Scene.wait_for_leases,
    ),
    Scenario(
        ("draft.dropped",),
        draft_acts.draft_well,
        draft_acts.is_dropped,
        draft_acts.hide_what_drafts,
    ),
    Scenario(("editor.granted",), desk_acts.name_editor, desk_acts.is_named_once),
    Scenario(
        ("editor.ended",),
        desk_acts.take_the_desk_away,
        desk_acts.has_no_editor,
        desk_acts.name_editor,
    ),
    Scenario(
        ("draft.begun", "draft.reviewed", "text.published"),
        desk_acts.write_a_text,
        desk_acts.is_published_once,
        desk_acts.name_editor,
    ),
    Scenario(
        ("draft.rejected",), desk_acts.reject_it, desk_acts.is_rejected_once, desk_acts.begin_one
    ),
    Scenario(
        ("text.unpublished",),
        desk_acts.take_it_off,
        desk_acts.is_taken_off_once,
        desk_acts.publish_one,
    ),
    Scenario(
        ("text.rolled_back",),
        desk_acts.publish_it_again,
        desk_acts.is_back_once,
        desk_acts.take_one_off,
    ),
    Scenario(
        ("model.hidden",),
        desk_acts.hide_the_model,
        desk_acts.is_hidden_once,
        desk_acts.publish_one,
    ),
    Scenario(
        ("model.shown",), desk_acts.show_the_model, desk_acts.is_shown_once, desk_acts.hide_one
    ),
    Scenario(
        ("pages.checked",), desk_acts.check_all, desk_acts.is_marked, desk_acts.move_the_record
    ),
    Scenario(
        ("api_token.made", "api_token.used", "api_token.ended"),
        token_acts.renew_token,
        token_acts.has_one_token_in_use,
        token_acts.make_token,
    ),
    Scenario(
        ("endpoint.ended",),
        call_acts.remove_the_endpoint,
        call_acts.is_removed,
        call_acts.compose_the_call,
    ),
    Scenario(
        ("watchlist.written", "watchlist.published"),
        own_acts.publish_a_list,
        own_acts.is_published_once,
    ),
    Scenario(
        ("watchlist.followed", "watchlist.applied", "search.saved", "watchlist.searched"),
        own_acts.follow_the_list,
        own_acts.all_came_from_it,
        own_acts.publish_a_list,
    ),
    Scenario(
        ("watchlist.unfollowed",),
        own_acts.stop_the_list,
        own_acts.nothing_came_from_it,
        own_acts.follow_a_published_list,
    ),
    Scenario(
        ("watchlist.taken",),
        own_acts.take_the_list_over,
        own_acts.is_taken_once,
        own_acts.publish_a_list,
    ),
    Scenario(
        ("reader.erased",),
        own_acts.forget_an_eager_reader,
        own_acts.is_forgotten_once,
    ),
    Scenario(
        ("papers.started", "papers.noted", "papers.finished"),
        paper_acts.read_all,
        paper_acts.is_read_once,
        paper_acts.know_some,
    ),
    Scenario(
        ("papers.loaded", "trials.loaded"),
        paper_acts.take_in_lists,
        paper_acts.are_taken_in_once,
        paper_acts.link_a_paper,
    ),
)


def points() -> set[str]:
    """Return the points that these trials pass."""
    names = [name for scenario in SCENARIOS for name in scenario.points]
    return {name + side for name in names for side in (BEFORE, AFTER)}


def run_all(
    stores: Sequence[Store], *, trials: int, part: int = 0, parts: int = 1
) -> Iterator[Outcome]:
    """Run each for each of its points, ``trials`` times over the databases.

    Of so many ``parts`` that they are dealt out to, only one is run.
    """
    with open_scenery() as scene:
        for scenario in SCENARIOS[part::parts]:
            for name in scenario.points:
                for side in (BEFORE, AFTER):
                    for number in range(trials):
                        store = stores[number % len(stores)]
                        yield _run(scenario, store, scene, Hit(name + side, seed=number))


def _run(scenario: Scenario, store: Store, scene: Scene, hit: Hit) -> Outcome:
    outcome = Outcome(hit, store.kind, "smtp")
    url = store.empty() if scenario.empty else store.copy()
    folder = fast_folder("scenario")
    scene.begin(url, folder)
    try:
        _in_a_child(scene, scenario.prepare, None)
        plan = Plan({hit.point: Strike("kill", hit.nth)}, folder)
        outcome.kills = int(_in_a_child(scene, scenario.act, plan))
        scenario.heal(scene)
        began = monotonic()
        if _in_a_child(scene, scenario.act, plan):
            outcome.violations.append("it was killed twice")
        outcome.rest = monotonic() - began
        engine = make_engine(url)
        with Session(engine) as session:
            outcome.violations += list(scenario.verify(scene, session))
        engine.dispose()
    finally:
        scene.end()
        store.drop(url)
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _in_a_child(scene: Scene, act: Act, plan: Plan | None) -> bool:
    """Do something in a process of its own; say whether that was killed."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            scene.enter()
            arm(plan)
            engine = make_engine(scene.url)
            act(scene, engine)
            engine.dispose()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status) or not status, f"{act.__name__} broke"
    return os.WIFSIGNALED(status)
