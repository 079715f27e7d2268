"""What readers find: studies, their facts, what happened to them."""

import pytest
from site_of_tests import KEY, Filled, Visitor

pytestmark = pytest.mark.usefixtures("filled")


def test_a_study_shows_facts_and_what_changed(site: Visitor) -> None:
    page = site.get(f"/studies/{KEY}")
    assert page.status_code == 200
    assert "How stiff tissue keeps immune cells out of tumors</span>" in page.text
    for fact in ("National Cancer Institute (NCI)", "Mayo Clinic Arizona", "$400,000"):
        assert fact in page.text
    for said in ("End date", "31 Dec 2029", "20 Nov 2026", "RePORTER does not say why"):
        assert said in page.text
    assert "It may help people." in page.text


def test_a_key_in_small_letters_leads_to_the_page(site: Visitor) -> None:
    answer = site.get(f"/studies/{KEY.lower()}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"/studies/{KEY}")


def test_a_search_finds_and_says_how_it_was_understood(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "title:stiff ic:NCI"})
    assert f'href="/studies/{KEY}"' in page.text
    assert "1 study found" in page.text
    assert "Studies that mention “stiff” in the title, funded by NCI" in page.text


def test_a_search_that_does_not_parse_is_answered_beside_the_field(site: Visitor) -> None:
    page = site.get("/studies", params={"q": 'stiff titel:"x'})
    assert page.status_code == 400
    assert "This quotation mark is not closed." in page.text
    assert "character 13" in page.text
    assert 'value="stiff titel:&#34;x"' in page.text


def test_the_home_page_says_when_it_was_read_and_what_changed_last(site: Visitor) -> None:
    page = site.get("/").text
    assert "2 records examined" in page
    assert page.index(KEY) < page.index("CA000002")


@pytest.mark.parametrize("path", ["/studies/CA999999", "/nowhere", "/sweeps/99", "/inbox/none"])
def test_what_is_not_there_is_a_page_that_says_so(path: str, site: Visitor) -> None:
    page = site.get(path)
    assert page.status_code == 404
    assert "<h1>Not found</h1>" in page.text


def test_a_receipt_shows_what_was_read(site: Visitor) -> None:
    page = site.get("/sweeps/2").text
    assert "Every record that RePORTER counted was examined." in page


def test_a_title_is_text_and_never_markup(site: Visitor, filled: Filled) -> None:
    page = site.get("/studies", params={"q": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text
    assert filled.subscriber_id
