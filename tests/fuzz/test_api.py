"""A short run of the fuzzer of the API; the long one is a command."""

from pathlib import Path

from tests.fuzz.api import fuzz


def test_the_api_answers_as_its_description_says(tmp_path: Path) -> None:
    findings = fuzz(tmp_path, cases=150, seed=7)
    assert findings.wrong == {}
    assert findings.tried > 140
    assert {200, 201, 204, 404, 422} <= set(findings.answers)
