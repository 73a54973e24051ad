"""Columns, written and read: filters and facets against plain Python over random papers."""

import gc
import random
import re
import unicodedata
import weakref
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexCorrupted
from indexer.paper import Paper
from indexer.store.columns import ColumnsBuilder, Terms, lacking_fields
from search_api.query.filters import Filters
from search_api.store.columns import Columns

FIELDS = {"category": "categories", "author": "authors", "venue": "venue", "source": "sources"}
CATEGORIES = ("LG", "cs.LG", "CV", "cs.CV", "stat.ML", "Machine Learning", "math.AT")
NAMES = ("José García", "Jose Garcia", "Ye Mang", "Mang Ye", "M. Ye-Li", "O'Neil", "Łukasz", "李明")
AUTHORS = NAMES + tuple(f"Author {chr(65 + i)}{i}" for i in range(30))
VENUES = ("CVPR 2024", "CVPR", "Journal of Graphs", "NeurIPS 2025", "Revue française")
SOURCES = ("seeds/a.txt", "seeds/b.md", "more/a-b.txt", "…")
WANTED = {
    "category": ("LG", "lg", " cv ", "cs.lg", "ML", "machine learning", "Machine", "cs", ""),
    "author": (
        "ye",
        "Ye",
        "JOSÉ",
        "garcia",
        "Mang Ye",
        "ye li",
        "o neil",
        "Author",
        "li",
        "明",
        "",
    ),
    "venue": ("cvpr", "2024", "graphs journal", "journal of graphs", "francaise", "rev", "?"),
    "source": ("seeds", "a", "a.txt", "b txt", "seeds/b.md", "…"),
}


def built(folder: Path, papers: Iterable[Paper]) -> Columns:
    """Write the columns of the papers, which came in several lots, and open them."""
    builder, lot = ColumnsBuilder(), ColumnsBuilder()
    for number, paper in enumerate(papers):
        lot.add(paper)
        if number % 7 == 0:
            builder.extend(lot)
            lot = ColumnsBuilder()
    builder.extend(lot)
    builder.save(folder)
    return Columns(folder)


def random_paper(chance: random.Random, number: int) -> Paper:
    """Return a paper with each field set or not by chance; lists may hold a value twice."""

    def some(values):
        return tuple(chance.choices(values, k=chance.choice((0, 0, 1, 2, 4))))

    return Paper(
        id=f"test:{number}",
        title=f"Paper {number}",
        authors=some(AUTHORS),
        year=chance.choice((None, 1999, *range(2020, 2027))),
        venue=chance.choice((None, *VENUES)),
        categories=some(CATEGORIES),
        code=chance.choice((None, True, False)),
        sources=some(SOURCES),
    )


def values_of(paper, field: str) -> set[str]:
    value = getattr(paper, FIELDS[field])
    return {value} - {None} if field == "venue" else set(value)


def fold(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text).lower()
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn").replace("ł", "l")
    return re.findall(r"[李明]|[^\W_李明]+", bare)


def fits(field: str, value: str, wanted: str) -> bool:
    if field == "category":
        have, want = value.lower(), wanted.strip().lower()
        return want in (have, have.split(".")[-1]) or have == want.split(".")[-1]
    return bool(fold(wanted)) and set(fold(wanted)) <= set(fold(value))


def passes(paper, filters: Filters) -> bool:
    """Tell whether a paper passes, as the contract says it, without any index."""
    first, last = filters.year_from, filters.year_to
    if first is not None and (paper.year is None or paper.year < first):
        return False
    if last is not None and (paper.year is None or paper.year > last):
        return False
    if filters.flag("has_code") not in (None, paper.code is True):
        return False
    return all(
        any(fits(field, v, w) for v in values_of(paper, field) for w in filters.terms(field))
        for field in FIELDS
        if filters.terms(field)
    )


def counted(papers, size: int = 20) -> dict[str, list[tuple[object, int]]]:
    """Count the values of papers by field, most frequent first, years from the latest."""
    years = Counter(paper.year for paper in papers if paper.year is not None)
    facets = {"year": sorted(years.items(), reverse=True), "keyword": [], "group": []}
    for field in FIELDS:
        counts = Counter(value for paper in papers for value in values_of(paper, field))
        facets[field] = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:size]
    with_code = sum(paper.code is True for paper in papers)
    pairs = [(True, with_code), (False, len(papers) - with_code)]
    return facets | {"code": [(value, count) for value, count in pairs if count]}


def facets_of(columns: Columns, mask) -> dict[str, list[tuple[object, int]]]:
    return {
        name: [(facet.value, facet.count) for facet in facets]
        for name, facets in columns.facets(np.asarray(mask, dtype=np.bool_)).items()
    }


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    chance = random.Random(20261123)
    return [Paper("test:bare", "Nothing set"), *(random_paper(chance, n) for n in range(300))]


@pytest.fixture(scope="module")
def columns(papers, tmp_path_factory) -> Columns:
    return built(tmp_path_factory.mktemp("columns"), papers)


def wanted(field: str):
    return st.lists(st.sampled_from(WANTED[field]), max_size=2).map(tuple)


@given(
    filters=st.builds(
        Filters,
        year_from=st.none() | st.integers(-1, 2030),
        year_to=st.none() | st.integers(-1, 2030),
        has_code=st.none() | st.booleans(),
        **{field: wanted(field) for field in FIELDS},
    )
)
def test_any_filters_let_through_what_plain_python_does(columns, papers, filters):
    """A mask is True for exactly the papers that pass all filters."""
    assert columns.mask(filters).tolist() == [passes(paper, filters) for paper in papers]


@pytest.mark.parametrize(
    "filters",
    [Filters(**{field: (one,)}) for field, words in WANTED.items() for one in words]
    + [Filters(year_from=2024), Filters(year_to=2020), Filters(has_code=True)]
    + [Filters(has_code=False), Filters(year_from=2021, year_to=2022)],
    ids=lambda filters: str(filters.to_json()),
)
def test_each_filter_alone_lets_through_what_plain_python_does(columns, papers, filters):
    """Each value of each filter gives the papers that have it."""
    assert columns.mask(filters).tolist() == [passes(paper, filters) for paper in papers]


@pytest.mark.parametrize(
    ("field", "value", "wanted", "found"),
    [
        ("category", "cs.LG", "lg", True),
        ("category", "cs.LG", "CS.LG", True),
        ("category", "cs.LG", "cs", False),
        ("category", "LG", "cs.LG", True),
        ("category", "stat.LG", "cs.LG", False),
        ("category", "Machine Learning", "machine", False),
        ("author", "José García", "jose", True),
        ("author", "Jose Garcia", "GARCÍA", True),
        ("author", "Mang Ye", "ye, mang", True),
        ("author", "Mang Ye", "mang ye", True),
        ("author", "Mang Yee", "ye", False),
        ("venue", "CVPR 2024", "2024", True),
        ("source", "seeds/002_8b.txt", "002", True),
        ("source", "seeds/002_8b.txt", "00", False),
        ("author", "Bjørn Łoś", "los, bjorn", True),
        ("author", "Bjorn Los", "Bjørn Łoś", True),
        ("author", "三郎 佐藤", "佐藤三郎", True),
        ("author", "佐藤三郎", "三郎佐藤", True),
        ("author", "佐藤三郎", "佐藤 三郎", True),
        ("author", "佐藤三郎", "藤", True),
        ("author", "佐藤三郎", "佐三", False),
        ("author", "민수 김", "김민수", True),
        ("venue", "Ｊｏｕｒｎａｌ für Öle", "journal fur", True),
        ("venue", "软件学报", "软件", True),
        ("venue", "软件学报", "件软", False),
        ("category", "ｃｓ.LG", "cs.lg", True),
    ],
)
def test_what_a_filter_takes_for_the_same(tmp_path, field, value, wanted, found):
    """Case and accents do not matter, whole words and their order do."""
    value = value if field == "venue" else (value,)
    columns = built(tmp_path, [Paper("test:1", "One", **{FIELDS[field]: value})])
    assert columns.mask(Filters(**{field: (wanted,)})).tolist() == [found]


def test_a_paper_with_nothing_set_passes_only_without_code(columns):
    """A paper without year, code mark and terms is left out by every filter but has_code=false."""
    passing = {
        str(filters.to_json())
        for filters in (
            Filters(),
            Filters(year_from=-1),
            Filters(year_to=9999),
            Filters(has_code=True),
            Filters(has_code=False),
            *(Filters(**{field: ("?",)}) for field in FIELDS),
        )
        if columns.mask(filters)[0]
    }
    assert passing == {"{}", "{'has_code': False}"}


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_facets_count_what_python_counts(columns, papers, share):
    """Values, counts and their order are those of a Counter; all years and 20 of the others."""
    chance = random.Random(share)
    mask = [chance.random() < share for _ in papers]
    chosen = [paper for paper, taken in zip(papers, mask, strict=True) if taken]
    assert facets_of(columns, mask) == counted(chosen)


def test_facets_of_no_paper_are_empty_lists(columns, papers):
    """Every field is there, with nothing in it."""
    empty = {name: [] for name in ("year", *FIELDS, "keyword", "group", "code")}
    assert facets_of(columns, np.zeros(len(papers))) == empty


def test_bare_papers_have_columns(tmp_path):
    """A corpus in which nothing is set can be filtered and counted."""
    columns = built(tmp_path, [Paper("a", "A"), Paper("b", "B")])
    assert columns.mask(Filters()).tolist() == [True, True]
    assert columns.mask(Filters(author=("a",))).tolist() == [False, False]
    facets = facets_of(columns, [True, True])
    assert facets.pop("code") == [(False, 2)]
    assert set(map(len, facets.values())) == {0}


def test_dates_sort_after_their_bare_year(tmp_path):
    """A day is YYYYMMDD, a year alone YYYY0000, nothing 0."""
    papers = [
        Paper("a", "A", date="2024-06-27", year=2024),
        Paper("b", "B", year=2024),
        Paper("c", "C"),
    ]
    assert built(tmp_path, papers).date.tolist() == [20240627, 20240000, 0]


def test_the_first_term_is_the_first_of_the_paper(columns, papers):
    """The order of a paper's own values is kept, and a value that comes twice counts once."""
    firsts, value = columns.firsts("category")
    shown = [value(first) if first >= 0 else None for first in firsts.tolist()]
    assert shown == [paper.categories[0] if paper.categories else None for paper in papers]


def test_any_text_can_be_a_value(tmp_path):
    """Line ends, spaces and letters of several bytes come back as they are, and are found."""
    values = ("one\ntwo", " three  four ", "five", "\x00", "李明 ∑", "")
    columns = built(tmp_path, [Paper(f"p{n}", "P", venue=value) for n, value in enumerate(values)])
    counts = facets_of(columns, np.ones(len(values)))["venue"]
    assert counts == [(value, 1) for value in sorted(values)]
    for word, found in (("two", 0), ("four", 1), ("five", 2), ("李明", 4)):
        assert np.flatnonzero(columns.mask(Filters(venue=(word,)))).tolist() == [found]


def test_what_was_filtered_by_is_found_once(columns, monkeypatch):
    """Papers that have a wanted value are not looked for a second time."""
    asked = []
    find = Terms.papers
    monkeypatch.setattr(Terms, "papers", lambda self, mask: asked.append(1) or find(self, mask))
    masks = [columns.mask(Filters(author=("once only",), year_to=year)) for year in (2024, 2025)]
    assert (len(asked), len(masks)) == (1, 2)


def test_remembered_masks_do_not_keep_closed_columns(tmp_path):
    """Columns are gone as soon as nobody holds them, without a garbage collection."""
    columns = built(tmp_path, [Paper("a", "A", authors=("Ann",))])
    assert columns.mask(Filters(author=("ann",))).tolist() == [True]
    gone = weakref.ref(columns)
    gc.disable()
    try:
        del columns
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["year", "has_code", "author-terms", "venue-bounds"])
def test_a_missing_or_cut_column_is_told_of(tmp_path, papers, name):
    """The error names the folder; nothing is filtered by half of the papers."""
    built(tmp_path, papers)
    path = tmp_path / f"columns-{name}.npy"
    column = np.load(path)
    np.save(path, column[..., :-1])
    with pytest.raises(IndexCorrupted, match=re.escape(str(tmp_path))):
        Columns(tmp_path)
    assert lacking_fields([one.name for one in tmp_path.iterdir()]) == []
    path.unlink()
    with pytest.raises(IndexCorrupted, match=name):
        Columns(tmp_path)
    (lacking,) = lacking_fields([one.name for one in tmp_path.iterdir()])
    assert lacking in name.replace("has_", "")
