"""Finding by words: formulas, letters and scripts, from the file of a library to the answer."""

from __future__ import annotations

import pytest

from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.engine.engine import Engine
from search_api.query.query import Query
from tests.fakes import FakeEncoder

LIBRARY = r"""
@article{a1, title={Sintering of ZrO$_2$ powders}, author={Bačić, Željko}, year={2011},
  abstract={Grains of ZrO$_2$ grow at 10$^{-3}$ bar.}}
@article{a2, title={Wear of ZrO₂ against steel}, author={Ångbåt, Bjørg}, year={2012},
  abstract={Discs of ZrO₂ wear little.}}
@article{a3, title={Phases of \ce{ZrO2} under load}, author={Đurić, Łucja}, year={2013},
  abstract={A tetragonal phase of \ce{ZrO2} is kept by yttria.}}
@article{a4, title={Dental crowns from ZrO2}, author={Weiß, Þóra}, year={2014},
  abstract={Crowns of ZrO2 last ten years.}}
@article{a5, title={Dykes of Ærø and Łeba}, author={Kœnig, Işık}, year={2015},
  abstract={Dykes of the islands in the eﬀect of storms, ｗｉｔｈ ｍａｐｓ. Außerdem Öl.}}
@article{b1, title={深度学习在医学图像中的应用}, author={李, 小明}, year={2016},
  abstract={本文综述深度学习在医学图像分析中的应用。}}
@article{b2, title={手書き文字の認識}, author={佐藤, 花子}, year={2017},
  abstract={ニューラルネットワークで手書き文字を認識する。}}
@article{b3, title={การรู้จำเสียงพูดภาษาไทย}, author={สมชาย, ใจดี}, year={2018},
  abstract={การรู้จำเสียงพูดด้วยโครงข่ายประสาท}}
@article{b4, title={심층 학습을 이용한 영상 분할}, author={박, 지민}, year={2019},
  abstract={영상을 분할한다. BERT모델도 쓴다.}}
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An engine over a small library."""
    folder = tmp_path_factory.mktemp("finding")
    (folder / "library.bib").write_text(LIBRARY, encoding="utf-8")
    index = IndexFolder(folder / "index")
    rebuild([folder / "library.bib"], index, FakeEncoder())
    engine = Engine(index.current(), FakeEncoder())
    yield engine
    engine.close()


def years(engine: Engine, typed: str) -> list[int | None]:
    """The years of the papers that an answer by words lists, in order."""
    found = engine.search(Query.parse(typed, mode="lexical", k=20))
    return sorted(hit.paper.year or 0 for hit in found.hits)


@pytest.mark.parametrize(
    "typed",
    [
        "ZrO2",
        "zro₂",
        "ZrO_2",
        "ZrO$_2$",
        r"\ce{ZrO2}",
        "ZrO<sub>2</sub>",
        '"ZrO2"',
        '"ZrO₂"',
        '"ZrO$_2$"',
        "title:ZrO2",
        "title:ZrO_2",
        'title:"ＺｒＯ2"',
    ],
)
def test_a_substance_is_found_however_it_is_written(engine, typed):
    """In a library and in the question, as words, as a phrase and in a title."""
    assert years(engine, typed) == [2011, 2012, 2013, 2014]


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("author:Bacic", 2011),
        ("author:Angbat", 2012),
        ("author:ångbåt", 2012),
        ("author:Duric", 2013),
        ("author:Łucja", 2013),
        ("author:Weiss", 2014),
        ("author:Thora", 2014),
        ("author:Koenig", 2015),
        ("author:Isik", 2015),
        ("title:Aero", 2015),
        ("title:Ærø", 2015),
        ('"dykes of aero and leba"', 2015),
        ('"effect of storms"', 2015),
        ('"with maps"', 2015),
        ('"außerdem öl"', 2015),
        ('"AUSSERDEM OL"', 2015),
        ("10^-3 bar", 2011),
        ('"10-3 bar"', 2011),
    ],
)
def test_letters_are_found_by_their_plain_form_and_by_themselves(engine, typed, year):
    """By filters, phrases and words alike."""
    assert years(engine, typed) == [year]


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("title:医学图像", 2016),
        ('"医学图像"', 2016),
        ("医学图像", 2016),
        ("title:像", 2016),
        ("图", 2016),
        ("author:李小明", 2016),
        ("author:小明李", 2016),
        ('author:"李 小明"', 2016),
        ("author:李", 2016),
        ("李小明", 2016),
        ("文字認識", 2017),
        ('"ネットワーク"', 2017),
        ('"ﾈｯﾄﾜｰｸ"', 2017),
        ("author:佐藤花子", 2017),
        ("title:เสียงพูด", 2018),
        ('"ภาษาไทย"', 2018),
        ("ภาษา", 2018),
        ("학습", 2019),
        ('"영상 분할"', 2019),
        ("BERT모델", 2019),
        ('"BERT 모델"', 2019),
        ("author:박지민", 2019),
    ],
)
def test_scripts_without_spaces_are_found_by_any_part(engine, typed, year):
    """Titles, abstracts and names, from one character on, beside Latin letters, in either order."""
    assert years(engine, typed) == [year]


def test_characters_in_another_order_are_no_phrase(engine):
    """A title holds what is asked for as it stands, not its characters somewhere."""
    assert years(engine, "title:像图") == []
    assert years(engine, '"学医"') == []
    assert years(engine, "ZrO2 -图像") == [2011, 2012, 2013, 2014]


def test_what_is_marked_is_what_was_found(engine):
    """Marks are on the characters that are shown, of a formula as of a pair."""
    query = Query.parse("ZrO2 医学图像")
    found = engine.search(Query.parse("ZrO2 医学图像", mode="lexical", k=20)).papers
    marked = {match.text for places in engine.matches(query, found) for match in places}
    assert marked == {"ZrO₂", "ZrO2", "医学", "学图", "图像"}
    query = Query.parse("李小明")
    (paper,) = engine.search(Query.parse("author:李小明")).papers
    (places,) = engine.matches(query, [paper])
    assert {(match.field, match.text) for match in places} == {
        ("authors", "小明"),
        ("authors", paper.authors[0]),
    }
