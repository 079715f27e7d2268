"""Ask RePORTER which papers it links to some projects."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tidings.errors import QuarantinedError, RetryableError
from tidings.projects.reading import Unreadable
from tidings.reporter.client import PublicationPage
from tidings.reporter.criteria import PublicationCriteria
from tidings.reporter.paging import PAGE, Verdict, page_verdict
from tidings.reporter.wire import read_publication

REACHABLE = 10_000
"""RePORTER lists no link beyond: its last offset is 9,999."""


class PaperSource(Protocol):
    """Who is asked; reporter.client.ReporterClient is one."""

    def search_publications(
        self, criteria: PublicationCriteria, *, offset: int = 0, limit: int = 500
    ) -> PublicationPage:
        """Return one page of publication links."""
        ...


@dataclass(frozen=True)
class Links:
    """The papers linked to each core number, in small letters, and the pages that said so.

    ``is_whole`` is False where RePORTER counts other links than could be read.
    """

    papers: Mapping[str, frozenset[int]]
    pages: tuple[PublicationPage, ...]
    unreadable: tuple[Unreadable, ...]
    is_whole: bool


def ask_papers(source: PaperSource, numbers: Sequence[str], *, splits: bool) -> Links:
    """Return all links to these core numbers.

    RePORTER sorts by number alone, so that pages of one number may overlap: whether all was seen is
    told by the count. Where ``splits`` says that fewer numbers can be asked for, more than can be
    listed is given up after one page. RetryableError for a page that is not as long as it says.
    """
    criteria = PublicationCriteria(core_project_nums=tuple(numbers))
    pages: list[PublicationPage] = []
    while (offset := len(pages) * PAGE) < REACHABLE:
        page = source.search_publications(criteria, offset=offset, limit=PAGE)
        if page_verdict(page.total, offset, PAGE, len(page.rows)) is not Verdict.OK:
            raise RetryableError("a page of papers is not as long as RePORTER says")
        pages.append(page)
        is_last = offset + PAGE >= page.total
        if is_last or (splits and page.total > REACHABLE):
            break
    return _read(pages)


def _read(pages: Sequence[PublicationPage]) -> Links:
    papers: defaultdict[str, set[int]] = defaultdict(set)
    unreadable: list[Unreadable] = []
    for raw, value in (row for page in pages for row in page.rows):
        try:
            link = read_publication(value)
        except QuarantinedError as error:
            unreadable.append(Unreadable(raw, str(error), None))
        else:
            papers[link.coreproject.casefold()].add(link.pmid)
    frozen = {number: frozenset(found) for number, found in papers.items()}
    adds_up = {page.total for page in pages} == {sum(map(len, frozen.values()))}
    is_one_page = pages[0].total <= PAGE
    is_whole = (is_one_page or adds_up) and not unreadable
    return Links(frozen, tuple(pages), tuple(unreadable), is_whole)
