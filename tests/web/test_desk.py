"""The editors' desk: drafts beside their source, for editors alone."""

import re
from datetime import timedelta

import pytest
from builders import make_reader
from conftest import NOW
from drafts import ABSTRACT, Desk, add_draft, fill_desk, make_editor
from members import Member
from site_of_tests import Visitor
from sqlalchemy import Engine
from sqlmodel import Session, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.check_pages import check_pages
from tidings.flows.enroll import enroll
from tidings.jobs import Job, JobArgument
from tidings.pages.models import PageVersion, VersionState
from tidings.pages.published_queries import published_text
from tidings.pages.review_queries import sentences_of
from tidings.projects.models import Project
from tidings.subscribers.models import Editor
from tidings.upkeep.models import AuditEntry
from tidings.web import desk as desk_pages
from tidings.web.app import create_app

TEXT = "/desk/studies/CA000001/en"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these pages are tried themselves."""
    return sqlite_engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return fill_desk(engine)


@pytest.fixture
def editor(site: Visitor, engine: Engine, settings: Settings, desk: Desk) -> Member:
    return Member(site, engine, settings, desk.reader_id)


@pytest.fixture
def nurse(site: Visitor, engine: Engine, settings: Settings) -> Member:
    with open_session(engine) as session:
        reader = make_reader(session, "nurse")
        make_editor(session, stored_id(reader.id), "nurse")
        session.commit()
    return Member(site, engine, settings, stored_id(reader.id))


def form(engine: Engine, desk: Desk, *, then: str = "save", **changed: str) -> dict[str, str]:
    """Return the form of the draft as the page shows it, all accepted; changed as said."""
    with open_session(engine) as session:
        version = session.get_one(PageVersion, desk.version_id)
        sent = {"revision": str(version.revision), "then": then, "text-new": "", "quotes-new": ""}
        for row in sentences_of(session, desk.version_id):
            sent[f"text-{row.id}"] = row.text
            sent[f"quotes-{row.id}"] = "\r\n".join(span["text"] for span in row.spans)
            sent[f"verdict-{row.id}"] = "accepted"
    return sent | {name.replace("_", "-"): value for name, value in changed.items()}


def test_the_desk_shows_what_waits_and_how_much_of_it(editor: Member) -> None:
    page = editor.get("/desk?show=drafts")
    assert page.status_code == 200
    assert "Drafts (1)" in page.text
    assert "Published (0)" in page.text
    assert "You publish as: patient advocate" in page.text
    assert f'href="{TEXT}?version=1">Stiff tumors</a>' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"
    assert "No draft waits" in editor.get("/desk?show=drafts&language=es").text
    assert editor.get("/es/desk").status_code == 404


def test_a_long_shelf_has_pages(
    editor: Member, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_pages, "PAGE", 2)
    with open_session(engine) as session:
        projects = session.exec(select(Project)).all()
        for number, language in enumerate(("es", "en", "es")):
            add_draft(session, projects[min(number, 1)], language=language)
        session.commit()
    first = editor.get("/desk?show=drafts").text
    assert 'href="/desk?show=drafts&amp;offset=2" rel="next"' in first
    second = editor.get("/desk?show=drafts&offset=2").text
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    listed = [re.findall(r'class="title"><a href="([^"]+)"', page) for page in (first, second)]
    assert [len(page) for page in listed] == [2, 2]
    assert len({*listed[0], *listed[1]}) == 4


def test_failed_drafts_say_why(editor: Member, engine: Engine, desk: Desk) -> None:
    with open_session(engine) as session:
        version = session.get_one(PageVersion, desk.version_id)
        version.state, version.note = VersionState.FAILED, "sentence 1 <b>invents</b> a number"
        session.commit()
    page = editor.get("/desk?show=failed").text
    assert "sentence 1 &lt;b&gt;invents&lt;/b&gt; a number" in page


def test_each_sentence_is_tied_to_its_words_in_the_source_both_ways(editor: Member) -> None:
    page = editor.get(TEXT).text
    for number, words in enumerate(
        ("cannot enter stiff", "how stiff 120 tumors of mice are", "may let more immune cells in"),
        1,
    ):
        assert f'<mark id="source-{number}">{words}</mark>' in page
        assert f'href="#source-{number}"' in page
        assert f'href="#sentence-{number}" aria-label="to sentence {number}"' in page
        assert f'<li class="sentence" id="sentence-{number}">' in page
    assert "<script" not in page


def test_accepting_editing_and_publishing_is_one_form(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    first = first_of(engine, desk)
    sent = form(engine, desk, then="publish", **{f"text_{first}": "Some tumors are stiff."})
    answer = editor.post(f"{TEXT}/1/review", **sent)
    assert answer.headers["location"] == f"{TEXT}?version=1&done=published"
    page = editor.get(answer.headers["location"]).text
    assert "Published: readers see it now." in page
    assert "read by the patient advocate" in page
    with open_session(engine) as session:
        text = published_text(session, desk.project_id, "en")
        assert text is not None
        assert text.sentences[0].text == "Some tumors are stiff."


def first_of(engine: Engine, desk: Desk) -> int:
    with open_session(engine) as session:
        return stored_id(sentences_of(session, desk.version_id)[0].id)


def test_what_is_wrong_stands_beside_the_sentence_and_what_was_typed_is_kept(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    first = first_of(engine, desk)
    changed = {f"text_{first}": "There are 7 <b>tumors</b>.", f"quotes_{first}": "never written"}
    answer = editor.post(f"{TEXT}/1/review", **form(engine, desk, **changed))
    assert answer.status_code == 400
    assert "Nothing was saved: 1 sentence cannot be accepted yet" in answer.text
    assert "Sentence 1: the record does not say: “never written”" in answer.text
    assert ">There are 7 &lt;b&gt;tumors&lt;/b&gt;.</textarea>" in answer.text
    assert ">never written</textarea>" in answer.text
    assert f'aria-describedby="problem-{first}"' in answer.text


def test_what_is_not_decided_is_saved_but_not_published(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    first = first_of(engine, desk)
    sent = form(engine, desk, then="publish", **{f"verdict_{first}": "pending"})
    answer = editor.post(f"{TEXT}/1/review", **sent)
    assert answer.status_code == 400
    assert "Saved, but not published." in answer.text
    assert "Still to be decided: sentence 1." in answer.text


def test_of_two_editors_the_second_is_told_and_loses_nothing_that_they_typed(
    editor: Member, nurse: Member, engine: Engine, desk: Desk
) -> None:
    first = first_of(engine, desk)
    mine = form(engine, desk, **{f"text_{first}": "Some tumors are stiff."})
    theirs = form(engine, desk, **{f"text_{first}": "Tumors can be stiff."})
    assert editor.post(f"{TEXT}/1/review", **mine).status_code == 303
    told = nurse.post(f"{TEXT}/1/review", **theirs)
    assert told.status_code == 409
    assert "This draft was changed by the patient advocate" in told.text
    assert ">Tumors can be stiff.</textarea>" in told.text
    assert "Saved now: &ldquo;Some tumors are stiff.&rdquo;" in told.text
    revision = re.search(r'name="revision" value="(\d+)"', told.text)
    assert revision is not None
    again = nurse.post(f"{TEXT}/1/review", **theirs | {"revision": revision[1]})
    assert again.status_code == 303
    with open_session(engine) as session:
        assert sentences_of(session, desk.version_id)[0].text == "Tumors can be stiff."


def test_whoever_types_into_a_draft_that_was_published_meanwhile_can_copy_their_words(
    editor: Member, nurse: Member, engine: Engine, desk: Desk
) -> None:
    first = first_of(engine, desk)
    theirs = form(engine, desk, **{f"text_{first}": "My own careful words."})
    editor.post(f"{TEXT}/1/review", **form(engine, desk, then="publish"))
    told = nurse.post(f"{TEXT}/1/review", **theirs)
    assert told.status_code == 409
    assert "This text was published by the patient advocate" in told.text
    assert "My own careful words." in told.text


def test_a_page_whose_record_moved_waits_to_be_read_again_with_the_lost_words(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    editor.post(f"{TEXT}/1/review", **form(engine, desk, then="publish"))
    assert "To be read again (0)" in editor.get("/desk").text
    desk.source.records[0]["abstract_text"] = ABSTRACT.replace("120", "200")
    run_sweep(engine, desk.source, now=NOW + timedelta(weeks=1))
    check_pages(engine, now=NOW)
    assert "To be read again (1)" in editor.get("/desk").text
    page = editor.get(TEXT).text
    assert page.count("The record does not say any more: &ldquo;how stiff 120 tumors") == 1
    answer = editor.post(f"{TEXT}/begin")
    assert answer.headers["location"] == f"{TEXT}?version=2"
    revising = editor.get(answer.headers["location"]).text
    assert revising.count('value="pending" checked') == 1
    assert revising.count('value="accepted" checked') == 2


def test_history_says_who_when_and_which_words_and_leads_back(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    editor.post(f"{TEXT}/1/review", **form(engine, desk, then="publish"))
    editor.post(f"{TEXT}/begin")
    with open_session(engine) as session:
        second = stored_id(
            session.exec(select(PageVersion.id).where(PageVersion.number == 2)).one()
        )
    own = desk._replace(version_id=second)
    first = first_of(engine, own)
    changed = form(engine, own, then="publish", **{f"text_{first}": "Some tumors are stiff."})
    editor.post(f"{TEXT}/2/review", **changed)
    page = editor.get(TEXT).text
    assert '<del><span class="unseen">taken out: </span>' in page
    old = editor.get(f"{TEXT}?version=1").text
    assert "Publish this version again" in old
    assert editor.post(f"{TEXT}/1/again", seen="1").status_code == 409
    answer = editor.post(f"{TEXT}/1/again", seen="2")
    assert answer.headers["location"] == f"{TEXT}?version=3&done=again"
    assert editor.post(f"{TEXT}/3/unpublish", reason=" ").status_code == 400
    answer = editor.post(f"{TEXT}/3/unpublish", reason="wrong study")
    assert "taken off: wrong study" in editor.get(answer.headers["location"]).text
    with open_session(engine) as session:
        actions = [entry.action for entry in session.exec(select(AuditEntry))]
    assert actions == ["text.publish", "text.publish", "text.roll_back", "text.unpublish"]


def test_a_draft_is_rejected_with_a_reason(editor: Member) -> None:
    refused = editor.post(f"{TEXT}/1/reject", revision="0", reason="")
    assert refused.status_code == 400
    assert "Please say why" in refused.text
    answer = editor.post(f"{TEXT}/1/reject", revision="0", reason="not plain")
    assert "Rejected. It stays" in editor.get(answer.headers["location"]).text


def test_without_a_language_model_the_desk_says_why_there_is_no_draft_to_ask_for(
    editor: Member,
) -> None:
    page = editor.get(TEXT).text
    assert "No draft of a language model can be asked for: drafts are off" in page
    assert "Ask the language model" not in page
    assert editor.post(f"{TEXT}/want").status_code == 400


def test_a_draft_is_asked_of_the_language_model_once(
    engine: Engine, settings: Settings, desk: Desk
) -> None:
    rung: list[Job] = []

    def ring(job: Job, *_arguments: JobArgument) -> None:
        rung.append(job)

    own = settings.model_copy(update={"llm_url": "http://127.0.0.1:9/v1", "llm_model": "new"})
    site = Visitor(create_app(own, engine, enqueue=ring))
    editor = Member(site, engine, own, desk.reader_id)
    assert "Ask the language model for a draft" in editor.get(TEXT).text
    first = editor.post(f"{TEXT}/want")
    assert first.headers["location"] == f"{TEXT}?version=2&done=wanted"
    assert "has not answered yet" in editor.get(first.headers["location"]).text
    assert editor.post(f"{TEXT}/want").headers["location"] == f"{TEXT}?version=2&done=known"
    assert rung == [Job.PAGE_DRAFT]


def test_a_model_is_hidden_and_shown_again_by_name(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    editor.post(f"{TEXT}/1/review", **form(engine, desk, then="publish"))
    assert "1 published" in editor.get("/desk/models").text
    assert editor.post("/desk/models/hide", model="small-model").status_code == 400
    assert editor.post("/desk/models/hide", model="none", reason="x").status_code == 400
    editor.post("/desk/models/hide", model="small-model", reason="invents things")
    assert "invents things" in editor.get("/desk/models").text
    assert "Readers see nothing of this text" in editor.get(TEXT).text
    with open_session(engine) as session:
        assert published_text(session, desk.project_id, "en") is None
    editor.post("/desk/models/show", model="small-model")
    with open_session(engine) as session:
        assert published_text(session, desk.project_id, "en") is not None


def test_any_study_can_be_opened_and_written_for(editor: Member) -> None:
    opened = editor.get("/desk/open?key=ca000002&language=es", follow_redirects=False)
    assert opened.headers["location"] == "/desk/studies/CA000002/es"
    assert "No text yet" in editor.get(opened.headers["location"]).text
    assert editor.get("/desk/open?key=XX999999").status_code == 404
    assert editor.get("/desk/studies/CA000002/fr").status_code == 404
    assert editor.get(f"{TEXT}?version=99").status_code == 404
    answer = editor.post("/desk/studies/CA000002/es/begin")
    page = editor.get(answer.headers["location"])
    assert "Version 1: draft" in page.text
    assert "Written by an editor" in page.text


def test_a_form_that_no_page_of_ours_sends_is_refused_in_words(
    editor: Member, engine: Engine, desk: Desk
) -> None:
    whole = form(engine, desk)
    first = first_of(engine, desk)
    for changed in (
        {"revision": "x"},
        {f"verdict-{first}": "published"},
        {"section-new": "about", "text-new": "x"},
        {f"text-{first}": "x" * 20_001},
    ):
        answer = editor.post(f"{TEXT}/1/review", **whole | changed)
        assert answer.status_code == 400
        assert "This form cannot be read" in answer.text


PATHS = ("/desk", "/desk/open?key=CA000001", "/desk/models", TEXT)
POSTS = (
    "/desk/models/hide",
    "/desk/models/show",
    f"{TEXT}/begin",
    f"{TEXT}/want",
    f"{TEXT}/1/review",
    f"{TEXT}/1/reject",
    f"{TEXT}/1/again",
    f"{TEXT}/1/unpublish",
)
SENT = {"model": "small-model", "reason": "x", "revision": "0", "seen": "0", "then": "publish"}


def stored(session: Session) -> list[object]:
    rows = [session.exec(select(table)).all() for table in (PageVersion, AuditEntry)]
    return [row.model_dump() for some in rows for row in some]


def test_nobody_but_an_editor_gets_anything_of_the_desk(
    site: Visitor, engine: Engine, settings: Settings, editor: Member, desk: Desk
) -> None:
    with open_session(engine) as session:
        plain = stored_id(make_reader(session, "plain").id)
        session.commit()
        before = stored(session)
    reader = Member(site, engine, settings, plain)
    assert all(editor.get(path).status_code == 200 for path in PATHS)
    whole = form(engine, desk, then="publish") | SENT
    for path in PATHS:
        away = site.get(path, follow_redirects=False)
        assert (away.status_code, away.headers["location"]) == (303, "/sign-in")
        assert reader.get(path).status_code == 404
    for path in POSTS:
        assert site.post(path, data=whole, follow_redirects=False).status_code == 303
        assert reader.post(path, **whole).status_code == 404
        assert editor.post(path, **whole | {"form_token": "x"}).status_code == 403
    with open_session(engine) as session:
        session.get_one(Editor, desk.editor_id).ended_at = NOW
        session.commit()
    for path in PATHS:
        assert editor.get(path).status_code == 404
    for path in POSTS:
        assert editor.post(path, **whole).status_code == 404
    with open_session(engine) as session:
        assert stored(session) == before


@pytest.mark.parametrize("is_editor", [True, False])
def test_what_an_editor_follows_leads_to_the_desk_and_what_others_follow_does_not(
    site: Visitor, engine: Engine, settings: Settings, *, is_editor: bool
) -> None:
    with open_session(engine) as session:
        reader = enroll(session, "x@clinic.org", time_zone="UTC", settings=settings, now=NOW)
        if is_editor:
            make_editor(session, reader)
            session.commit()
    for path in ("/manage", "/es/manage"):
        page = Member(site, engine, settings, reader).get(path)
        assert page.is_success
        assert ('href="/desk"' in page.text) is is_editor
