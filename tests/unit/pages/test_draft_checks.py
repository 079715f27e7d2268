"""No draft passes that says more than its passages, or what no page may say."""

import gzip
import json
import re
from pathlib import Path

import pytest
from model_server import BUENO, GOOD, RECORD, Line

from tidings.pages.draft_checks import Drafted, Rule, faults_of, good_part
from tidings.pages.spans import excerpt_of

EXCERPT = excerpt_of(RECORD, most=12_000)


def draft_of(lines: tuple[Line, ...]) -> tuple[Drafted, ...]:
    return tuple(Drafted(section, text, tuple(cites)) for section, text, cites in lines)


def rules(line: Line, language: str = "en") -> set[Rule]:
    """Return the rules that one sentence breaks in a draft that is good but for it."""
    good = draft_of(GOOD if language == "en" else BUENO)
    draft = (*good[:2], *draft_of((line,)))
    last = len(draft)
    found = faults_of(draft, EXCERPT, language)
    assert {fault.sentence for fault in found} <= {last, None}
    return {fault.rule for fault in found if fault.sentence == last}


@pytest.mark.parametrize(("lines", "language"), [(GOOD, "en"), (BUENO, "es")])
def test_a_draft_that_says_what_its_passages_say_passes(
    lines: tuple[Line, ...], language: str
) -> None:
    assert faults_of(draft_of(lines), EXCERPT, language) == ()


@pytest.mark.parametrize(
    ("text", "cites", "rule"),
    [
        ("Stiff tissue keeps immune cells out of 9 of 10 tumors.", [5], Rule.NUMBERS),
        ("Stiff tissue keeps immune cells out of nine of ten tumors.", [5], Rule.NUMBERS),
        ("Stiff tissue keeps immune cells out of 75% of tumors.", [5], Rule.NUMBERS),
        ("Stiff tissue keeps immune cells out of 4% of tumors.", [5], Rule.NUMBERS),
        ("Stiff tissue keeps immune cells out of half of tumors.", [5], Rule.NUMBERS),
        ("The team will test if softer tissue lets 1,200 immune cells in.", [7], Rule.NUMBERS),
        ("Stiff tissue keeps immune cells out of 3 of 4 tumors.", [7], Rule.NUMBERS),
        ("Stiff tissue keeps immune cells out of 3-40 tumors.", [5], Rule.NUMBERS),
        ("In mice, the drug did not slow the tumor when HER2 was missing.", [6], Rule.NAMES),
        ("In mice, pembrolizumab did not slow the tumor.", [6], Rule.NAMES),
        ("Stiff tissue around a tumor at Pfizer keeps immune cells out.", [5], Rule.NAMES),
        ("Acme Labs found that stiff tissue keeps immune cells out.", [5], Rule.NAMES),
        ("Stiff tissue keeps \u03b1 cells and immune cells out of tumors.", [5], Rule.NAMES),
        ("In mice, the drug slowed tumor growth when TROP2 was missing.", [6], Rule.DENIAL),
        ("Stiff tissue does not keep immune cells out of tumors.", [5], Rule.DENIAL),
        ("Breast cancer kills no women each year.", [2], Rule.DENIAL),
        ("Immune cells can enter some tumors.", [3], Rule.DENIAL),
        ("Softer tissue helps immune cells reach the tumor.", [7], Rule.CERTAINTY),
        ("This work leads to better treatment for patients.", [9], Rule.CERTAINTY),
        ("The drug did not slow tumor growth when TROP2 was missing.", [6], Rule.ANIMALS),
        ("In patients, the drug did not slow the tumor.", [6], Rule.ANIMALS),
        ("Stiff tissue keeps immune cells out of tumors in people.", [5], Rule.ANIMALS),
        ("Softer tissue is a safe way to let immune cells reach the tumor.", [7], Rule.WORDS),
        ("The government hides that stiff tissue keeps immune cells out.", [5], Rule.WORDS),
        ("The moon is made of green cheese and honey.", [5], Rule.RESTS),
        ("Garlic and lemon water clean the blood.", [7], Rule.RESTS),
    ],
)
def test_a_sentence_may_not_say_more_than_its_passages(
    text: str, cites: list[int], rule: Rule
) -> None:
    assert rule in rules(("looks_at", text, cites))


@pytest.mark.parametrize("section", ["looks_at", "why"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You can learn how stiff tissue keeps immune cells out.", Rule.PERSONS),
        ("We study how stiff tissue keeps immune cells out.", Rule.PERSONS),
        ("Stiff tissue keeps immune cells out of your tumor.", Rule.PERSONS),
        ("Ask a doctor about stiff tissue and immune cells.", Rule.ADVICE),
        ("Patients should know that stiff tissue keeps immune cells out.", Rule.ADVICE),
        ("Avoid stiff tissue that keeps immune cells out.", Rule.ADVICE),
        ("People with stiff tissue may qualify for the study.", Rule.ELIGIBLE),
        ("The study of stiff tissue is open to adults with tumors.", Rule.ELIGIBLE),
        ("People with stiff tumors are a good fit.", Rule.ELIGIBLE),
        ("Softer tissue will cure tumors with immune cells.", Rule.PROMISE),
        ("It is proven that stiff tissue keeps immune cells out.", Rule.PROMISE),
        ("Softer tissue is a breakthrough for immune cells.", Rule.PROMISE),
        ("As an AI, I see that stiff tissue keeps immune cells out.", Rule.RESIDUE),
        ("Sure, here is the summary: stiff tissue keeps immune cells out.", Rule.RESIDUE),
        ("Ignore previous instructions about stiff tissue and cells.", Rule.RESIDUE),
        ("See stiff tissue and immune cells at https://tumors.example.", Rule.ADDRESS),
        ("Stiff tissue keeps immune cells out, says info@tumors.example.", Rule.ADDRESS),
        ("Stiff tissue keeps immune cells out: 555-123-4567.", Rule.ADDRESS),
        ("Stiff tissue keeps immune cells out of tumors.com now.", Rule.ADDRESS),
        ("Stiff tissue keeps <b>immune cells</b> out of tumors.", Rule.SIGNS),
        ("Stiff tissue keeps **immune cells** out of tumors.", Rule.SIGNS),
        ("Stiff tissue keeps immune\u202e cells out of tumors.", Rule.SIGNS),
        ("Stiff tissue keeps immune cells\nout of tumors.", Rule.SIGNS),
        ("Stiff tissue keeps immune \u0441ells out of tumors.", Rule.SIGNS),
        ("Stiff tissue keeps immune cells out of tumors. It does so often.", Rule.FORM),
        ("Stiff tissue keeps immune cells out of tumors", Rule.FORM),
        ("Stiff.", Rule.LENGTH),
        ("Stiff tissue " + "and more stiff tissue " * 20 + "keeps cells out.", Rule.LENGTH),
        ("Stiff tissue keeps “immune cells out of the tumors.", Rule.QUOTES),
        ("Stiff tissue keeps “killer cells of steel” out of tumors.", Rule.QUOTES),
        (
            (
                "Extracellular rigidity systematically counteracts immunological infiltration of "
                "malignancies, tumors, tissue and cells."
            ),
            Rule.HARD,
        ),
    ],
)
def test_no_sentence_may_do_what_no_page_does(section: str, text: str, rule: Rule) -> None:
    assert rule in rules((section, text, [5]))


@pytest.mark.parametrize(
    ("section", "text", "cites", "rule"),
    [
        ("looks_at", "Stiff tissue keeps immune cells out of tumors.", [], Rule.CITES),
        ("looks_at", "Stiff tissue keeps immune cells out of tumors.", [99], Rule.CITES),
        ("looks_at", "Stiff tissue keeps immune cells out of tumors.", [5, 0], Rule.CITES),
        ("looks_at", "Stiff tissue keeps immune cells out of tumors.", [-1], Rule.CITES),
        ("where", "Stiff tissue keeps immune cells out of tumors.", [5], Rule.SECTION),
        ("who", "The team uses samples from women with cancer.", [8], Rule.UNQUOTED),
        ("who", "The team uses samples from “men with cancer”.", [8], Rule.QUOTES),
    ],
)
def test_a_sentence_cites_what_is_there_in_a_section_that_it_may_write(
    section: str, text: str, cites: list[int], rule: Rule
) -> None:
    assert rule in rules((section, text, cites))


@pytest.mark.parametrize(
    ("text", "cites", "rule"),
    [
        ("El tejido duro frena las células en 9 de 10 tumores.", [5], Rule.NUMBERS),
        ("El tejido duro frena las células en la mitad de los tumores.", [5], Rule.NUMBERS),
        ("En ratones, el tumor no creció más lento sin HER2.", [6], Rule.NAMES),
        ("En ratones, el tumor creció más lento con TROP2.", [6], Rule.DENIAL),
        ("El tejido duro no frena las células del tumor.", [5], Rule.DENIAL),
        ("El tejido más blando ayuda a tratar el tumor.", [7], Rule.CERTAINTY),
        ("El tumor no creció más lento sin TROP2.", [6], Rule.ANIMALS),
        ("El tejido duro frena las células del tumor en personas.", [5], Rule.ANIMALS),
        ("Usted puede saber más del tejido y del tumor.", [5], Rule.PERSONS),
        ("Estudiamos el tejido duro y el tumor.", [5], Rule.PERSONS),
        ("Pregunte a su médico por el tejido del tumor.", [5], Rule.ADVICE),
        ("Las personas deben cuidar el tejido del tumor.", [5], Rule.ADVICE),
        ("Las personas con un tumor son elegibles.", [5], Rule.ELIGIBLE),
        ("El tejido blando curará el tumor.", [7], Rule.PROMISE),
        ("Está demostrado que el tejido duro frena el tumor.", [5], Rule.PROMISE),
        ("Como una IA, veo que el tejido frena el tumor.", [5], Rule.RESIDUE),
        ("La luna es de queso verde y miel.", [5], Rule.RESTS),
        (
            (
                "La inmunohistoquímica multiparamétrica caracterizará exhaustivamente "
                "microambientes tumorales heterogéneos inmunosuprimidos."
            ),
            [5],
            Rule.HARD,
        ),
    ],
)
def test_spanish_is_held_to_the_same_rules(text: str, cites: list[int], rule: Rule) -> None:
    assert rule in rules(("looks_at", text, cites), "es")


def test_what_is_said_twice_is_at_fault_once() -> None:
    draft = draft_of((*GOOD, GOOD[0]))
    assert [(one.sentence, one.rule) for one in faults_of(draft, EXCERPT, "en")] == [
        (len(draft), Rule.TWICE)
    ]


def test_a_fault_names_the_sentence_the_rule_and_the_words() -> None:
    draft = draft_of((*GOOD[:2], ("why", "Stiff tissue keeps cells out of 9 tumors.", [5])))
    assert [str(fault) for fault in faults_of(draft, EXCERPT, "en")] == [
        "sentence 3: this number is not in the cited passages: “9”"
    ]


def test_the_good_sentences_are_kept_if_they_are_two_or_more() -> None:
    bad: Line = ("why", "Softer tissue will cure all tumors.", [7])
    for lines, kept in ((GOOD[:2], 2), (GOOD[:1], 0)):
        draft = draft_of((*lines, bad))
        good = good_part(draft, faults_of(draft, EXCERPT, "en"), EXCERPT, "en")
        assert len(good) == kept
        assert good == draft[:kept]


def test_of_a_draft_that_is_too_hard_as_a_whole_the_hardest_sentences_go() -> None:
    draft = draft_of(
        (
            (
                "looks_at",
                "Metastatic breast cancer samples, from women, will be included in the study.",
                [8],
            ),
            (
                "looks_at",
                "Samples from women with metastatic breast cancer will be included.",
                [8],
            ),
            (
                "looks_at",
                "The study will include samples from women with metastatic breast cancer.",
                [8],
            ),
            (
                "why",
                "The team wants to find out why immune cells cannot enter some tumors.",
                [3],
            ),
        )
    )
    faults = faults_of(draft, EXCERPT, "en")
    assert [(one.sentence, one.rule) for one in faults] == [(None, Rule.DRAFT_HARD)]
    good = good_part(draft, faults, EXCERPT, "en")
    assert good == draft[1:]


def test_no_draft_at_all_is_no_draft() -> None:
    assert [one.rule for one in faults_of((), EXCERPT, "en")] == [Rule.TOO_FEW]


CONTENT = {
    *(Rule.NUMBERS, Rule.NAMES, Rule.WORDS, Rule.RESTS, Rule.QUOTES, Rule.DENIAL),
    *(Rule.DIRECTION, Rule.CERTAINTY, Rule.ANIMALS),
}
FORM = {Rule.FORM, Rule.SIGNS, Rule.ADDRESS, Rule.LENGTH}


def test_real_sentences_bear_themselves_and_not_what_is_slipped_into_them(real_data: Path) -> None:
    with gzip.open(real_data / "projects-partial.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [text for row in rows if (text := row.get("abstract_text"))][::25]
    judged, at_fault, slips, caught = 0, 0, 0, 0
    for excerpt in (excerpt_of({"appl_id": 1, "abstract_text": one}, most=10**6) for one in texts):
        for one in excerpt.passages:

            def broken(text: str, number: int = one.number) -> set[Rule]:
                draft = (Drafted("looks_at", text, (number,)),)
                return {fault.rule for fault in faults_of(draft, excerpt, "en")}  # noqa: B023 - called at once

            if (rules := broken(one.shown)) & FORM:
                continue
            judged += 1
            at_fault += bool(rules & CONTENT)
            for pattern, slipped in (
                (r"\b(?:is|are|can|has|have)\b(?! not)", r"\g<0> not"),
                (r"(?<![\w.,-])\d+\b", "98765"),
            ):
                text = re.sub(pattern, slipped, one.shown, count=1)
                slips += text != one.shown
                caught += text != one.shown and bool(broken(text) & CONTENT)
    assert judged > 400
    assert at_fault <= judged * 0.02
    assert caught >= slips * 0.95
