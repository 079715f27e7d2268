"""The lines of ExPORTER's files, good and bad."""

import gzip
from pathlib import Path

import pytest

from tidings.errors import RejectedError
from tidings.projects.exporter_files import read_lines
from tidings.projects.exporter_lines import (
    PaperLine,
    Refused,
    TrialLine,
    read_paper_lines,
    read_trial_lines,
)

PAPERS = [
    "AUTHOR_LIST,JOURNAL_TITLE,PMID,PUB_TITLE,PUB_YEAR\n",
    '"Wu, B",Cell,40000001,"Stiff tissue,\n',
    'and soft",2025\n',
    "x,Cell,none,A title,2025\n",
    "x,Cell,40000002\n",
    "x,Cell,40000003,,2025\n",
    "\n",
    "x,,40000004,No journal,n/a\n",
]


def test_papers_are_read_by_the_names_of_their_columns_and_bad_lines_are_named() -> None:
    assert list(read_paper_lines(PAPERS)) == [
        PaperLine(40000001, "Stiff tissue,\nand soft", "Cell", 2025),
        Refused(4, "has no PMID but 'none'"),
        Refused(5, "has too few columns"),
        Refused(6, "has no title"),
        PaperLine(40000004, "No journal", "", None),
    ]


@pytest.mark.parametrize("pmid", ["0", "-1", "2147483648", "٣", "1" * 5000])
def test_a_number_that_no_paper_has_is_refused(pmid: str) -> None:
    (line,) = read_paper_lines(["PMID,PUB_TITLE\n", f"{pmid},A title\n"])
    assert isinstance(line, Refused)


@pytest.mark.parametrize(
    "header",
    [
        '"Core Project Number","ClinicalTrials.gov ID","Study","Study Status"',
        "project_num,trial_id,study_title,study_status",
    ],
)
def test_trials_are_read_in_both_editions(header: str) -> None:
    lines = [header, "r01ca000001,nct04277585,A trial,COMPLETED", "R01CA000001,4277585,x,y"]
    assert list(read_trial_lines(lines)) == [
        TrialLine("R01CA000001", "NCT04277585", "A trial", "COMPLETED"),
        Refused(3, "has no number of a trial but '4277585'"),
    ]


@pytest.mark.parametrize("lines", [[], ["\n"], ["a,b\n"], ["PMID,b\n"]])
def test_a_file_with_other_columns_is_refused_whole(lines: list[str]) -> None:
    with pytest.raises(RejectedError, match="the file has no column"):
        list(read_trial_lines(lines))


def test_what_is_no_csv_spoils_its_own_line_alone() -> None:
    endless = '1,"' + "x" * 200_000 + "\n"
    read = list(read_paper_lines(["PMID,PUB_TITLE\n", endless, "2,A title\n"]))
    assert isinstance(read[0], Refused)
    assert "no line of a CSV file" in read[0].reason
    assert read[1:] == [PaperLine(2, "A title", "", None)]


@pytest.mark.parametrize("is_zipped", [True, False])
def test_files_are_read_gzipped_or_not_with_stray_bytes(tmp_path: Path, *, is_zipped: bool) -> None:
    raw = "\ufeffPMID\n".encode() + "é\n".encode() + b"\xe9\x97\n"
    file = tmp_path / "file"
    file.write_bytes(gzip.compress(raw) if is_zipped else raw)
    assert list(read_lines(file)) == ["PMID\n", "é\n", "é—\n"]


def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(gzip.compress(b"PMID\n" * 100)[:-12])
    with pytest.raises(RejectedError, match="cannot be read"):
        list(read_lines(file))


def test_nearly_every_real_link_to_a_trial_is_read(real_data: Path) -> None:
    file = real_data / "exporter" / "clinical_studies_2025-02.csv.gz"
    lines = list(read_trial_lines(read_lines(file)))
    assert len(lines) > 35_000
    assert [one for one in lines if isinstance(one, Refused)] == []
