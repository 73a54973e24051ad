"""The measures against values worked out by hand, and against ir-measures."""

from math import log2

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from search_api.evaluation.metrics import DEPTH, MEASURES, TITLES, measured

DOCUMENTS = [f"d{number}" for number in range(150)]


def theirs(ranked: list[str], judged: dict[str, int]) -> tuple[float, ...]:
    qrels = [ir_measures.Qrel("q", document, grade) for document, grade in judged.items()]
    run = [
        ir_measures.ScoredDoc("q", document, float(len(ranked) - place))
        for place, document in enumerate(ranked)
    ]
    wanted = [nDCG @ 10, R @ 100, RR @ 10]
    found = ir_measures.calc_aggregate(wanted, qrels, run)
    return tuple(found[one] for one in wanted)


def test_worked_out_by_hand():
    """Gain is the grade over log2(rank + 1), against the best order of all that is relevant."""
    ndcg, recall, mrr = measured(["a", "b", "c"], {"b": 2, "c": 1, "d": 3, "e": 0})
    best = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert ndcg == pytest.approx((2 / log2(3) + 1 / log2(4)) / best)
    assert recall == pytest.approx(2 / 3)
    assert mrr == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (1, (1, 1, 1)),
        (10, (1 / log2(11), 1, 0.1)),
        (11, (0, 1, 0)),
        (100, (0, 1, 0)),
        (101, (0,) * 3),
    ],
)
def test_each_measure_looks_as_deep_as_its_name_says(rank, expected):
    """nDCG and MRR look at 10 places, recall at 100."""
    ranked = [document for document in DOCUMENTS if document != "d149"]
    ranked.insert(rank - 1, "d149")
    assert measured(ranked, {"d149": 1}) == pytest.approx(expected)


def test_nothing_found_is_worth_nothing():
    """An empty ranking has 0 in all measures."""
    assert measured([], {"a": 1}) == (0, 0, 0)


def test_measures_have_titles_in_their_order():
    """A title is its measure's name, capitals aside; the depth is the deepest of them."""
    assert tuple(title.lower() for title in TITLES) == MEASURES
    assert max(int(name.partition("@")[2]) for name in MEASURES) == DEPTH


@given(
    ranked=st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1, max_size=130),
    judged=st.dictionaries(
        st.sampled_from([*DOCUMENTS, "absent"]), st.integers(0, 1) | st.integers(-1, 4), min_size=1
    ),
)
def test_agrees_with_ir_measures(ranked, judged):
    """Any run and any judgements, graded or not, have the values that trec_eval gives."""
    if any(grade > 0 for grade in judged.values()):
        assert measured(ranked, judged) == pytest.approx(theirs(ranked, judged), abs=1e-6)
