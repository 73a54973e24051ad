"""Explanations against brute force, on a fake encoder and on the real model."""

import re
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import UnknownPaper
from indexer.letters import WORD
from indexer.models.encoder import TokenEmbeddings
from indexer.paper import Paper
from indexer.store.catalogue import open_catalogue, read_papers, read_texts
from indexer.words import TERMS_OF_WRITING, stem
from search_api.engine.engine import Engine
from search_api.explaining.explain import NO_SHARES, explain
from search_api.explaining.explanation import Standing
from search_api.explaining.sentence_vectors import PaperText
from search_api.http.explanation_schemas import ExplanationOut
from search_api.query.query import Filters, Query
from search_api.query.results import IndexInfo
from search_api.ranking.scored import Scored
from tests.conftest import table
from tests.fakes import ByLength, FakeEncoder
from tests.oracles import fields_of
from tests.test_engine import Oracle

FEDSSP, S2FGL, DEFTA = "akin:51bb49ea6b40cafb", "akin:d56e4bd8a48894b8", "akin:8e78acac5fbcaf10"
QUESTION = "federated learning of graph neural networks"
QUERIES = [
    Query(QUESTION),
    Query("Mamba", mode="semantic"),
    Query("Wenke Huang", mode="lexical"),
    Query("of the and"),
    Query("zzzz no such word", mode="lexical"),
    Query(like=(S2FGL,)),
    Query("graphs", like=(S2FGL,), unlike=(DEFTA,), filters=Filters(year_from=2025)),
]
SHAPED = [
    *QUERIES,
    Query(QUESTION, min_score=0.5),
    Query(QUESTION, diversity=0.7),
    Query(QUESTION, sort="date", min_score=0.1),
    Query(QUESTION, k=3, cursor="of any page"),
    Query.related(like=(S2FGL,), diversity=0.3),
    Query.related(text=QUESTION, mode="semantic"),
    Query.parse("author:Huang year:2024.."),
    Query(unlike=(DEFTA,)),
]


class Cutting(FakeEncoder):
    """Reads the first pieces of a text only."""

    reads = 30

    def encode_tokens(self, text):
        tokens = super().encode_tokens(text)
        n = self.reads
        cut = len(tokens.places) > n
        return TokenEmbeddings(tokens.embeddings[:n], tokens.places[:n], cut)


class NoSum(FakeEncoder):
    """Of a model whose vectors are no mean of word pieces."""

    def encode_tokens(self, text):
        return None


def meaning(paper: Paper, encoder=None, text=QUESTION):
    """Explain a paper that is a corpus of its own."""
    encoder = encoder or FakeEncoder()
    direction = encoder.encode_query([text])[0]
    scored = Scored(np.zeros(1, dtype=np.int64), {"semantic": np.ones(1)}, {}, {}, None, -np.inf)
    standing = Standing(1, scored=scored, ranks={"semantic": 1}, measured={"semantic": 1.0})
    return explain(
        paper, Query(text), text, standing, direction, {}, IndexInfo("g", "m", 1), encoder
    )


def whole(found):
    """What all shares add up to."""
    return sum(word.share for word in found.meaning.words) + found.meaning.special


def at(paper, piece):
    """The text at a place."""
    field = getattr(paper, piece.field)
    text = field if isinstance(field, str) else field[piece.author]
    return text[piece.start : piece.end]


@pytest.mark.parametrize(
    ("query", "reranker"),
    [*((q, None) for q in SHAPED), (SHAPED[0], ByLength()), (SHAPED[-3], ByLength())],
)
def test_ranks_and_scores_are_those_of_search(seed_generation, query, reranker):
    """An explanation has the places and scores of the list, whatever shapes that."""
    with closing(Engine(seed_generation, FakeEncoder(), reranker)) as engine:
        agree(engine, query)


def agree(engine, query):
    """Compare the explanations of papers from everywhere in a list with their hits, if any."""
    hits = {hit.paper.id: hit for hit in engine.search(replace(query, k=1000, cursor=None)).hits}
    assert hits or query.mode == "lexical"
    for paper in list(engine.papers(Filters()))[::4]:
        found = engine.explain(query, paper.id)
        assert found.paper == paper
        if hit := hits.get(paper.id):
            assert (found.rank, found.score) == (hit.rank, hit.score)
            assert found.rerank == hit.rerank
            assert not any("in the list" in note for note in found.notes)
            for part, voice in (
                (found.parts["semantic"], hit.voices["semantic"]),
                (found.parts["lexical"], hit.voices["lexical"]),
            ):
                if voice:
                    assert (part.rank, part.score) == (voice.rank, voice.score)
                else:
                    assert part is None or part.rank is None
        else:
            assert found.rank is None
            assert any("not in the list" in n or "never in the list" in n for n in found.notes)


def test_what_keeps_a_paper_out_of_a_list_is_named(index, build, tmp_path, encoder):
    """The record that has the place of its work, the minimum score, or the bound of the newest."""
    twice = "A long and very telling title of one single work that somebody wrote on graphs"
    rows = [(twice, "One abstract."), (twice + " again", "Another abstract.")]
    build(table(tmp_path / "p.md", *rows, *((f"Paper {i}", f"About {i}.") for i in range(110))))
    with closing(Engine(index.current(), encoder)) as engine:
        first, second = (hit.paper.id for hit in engine.search(Query(twice, k=2)).hits)
        query = Query(twice, collapse=True)
        assert engine.search(query).hits[0].same == (second,)
        joined = engine.explain(query, second)
        assert (engine.explain(query, first).rank, joined.rank) == (1, None)
        note = f"the same work as {first}, which has its place: the paper is not in the list"
        assert joined.notes == [note]
        about = engine.explain(Query.related(like=(first,)), second)
        note = f"the same work as {first}, which the list is about: the paper is not in the list"
        assert (about.rank, about.notes) == (None, [note])
        last = engine.search(Query(twice, k=1000)).hits[-1].paper.id
        below = engine.explain(Query(twice, min_score=0.5), last)
        note = "the score is below the minimum of 0.5: the paper is not in the list"
        assert (below.rank, below.notes) == (None, [note])
        old = engine.explain(Query(twice, sort="date"), last)
        assert (old.rank, "100 most relevant" in old.notes[-1]) == (None, True)


def test_the_hybrid_score_is_the_sum_of_its_parts(engine):
    """Weight times standard score of both voices, also where no word matches, and the lift."""
    scores = {hit.paper.id: hit for hit in engine.search(Query(QUESTION, k=1000)).hits}
    cosines = np.array([hit.voices["semantic"].score for hit in scores.values()])
    for paper_id, hit in scores.items():
        found = engine.explain(Query(QUESTION), paper_id)
        parts = (found.parts["semantic"], found.parts["lexical"])
        assert [part.weight for part in parts] == [0.65, 0.35]
        assert [part.weight * part.standard for part in parts] == pytest.approx(
            [part.added for part in parts]
        )
        added = found.parts["semantic"].added + found.parts["lexical"].added + found.lift
        assert added == pytest.approx(hit.score, abs=1e-12)
        standard = (hit.voices["semantic"].score - cosines.mean()) / cosines.std()
        assert found.parts["semantic"].standard == pytest.approx(standard, abs=1e-5)
    alone = engine.explain(Query(QUESTION, mode="semantic"), DEFTA)
    assert (
        alone.parts["semantic"].weight,
        alone.parts["semantic"].added,
        alone.parts["lexical"],
    ) == (None, None, None)


@pytest.mark.parametrize("query", [q for q in QUERIES if q.mode != "lexical"], ids=repr)
def test_shares_add_up_to_the_cosine(engine, query):
    """Of the words of every paper, whatever points the way."""
    for paper in engine.papers(Filters()):
        found = engine.explain(query, paper.id)
        assert whole(found) == pytest.approx(found.parts["semantic"].score, abs=1e-5)


def test_a_share_is_what_the_words_pieces_add(engine):
    """By brute force: the fake's vector of a word, over the length of the sum of all."""
    encoder, paper = FakeEncoder(), engine.paper(FEDSSP)
    q = encoder.encode_query([QUESTION])[0].astype(np.float64)

    def direction(text):  # of words without the constant
        tokens = encoder.encode_tokens(text)
        return tokens.embeddings[1:].astype(np.float64).sum(axis=0)

    length = np.linalg.norm(1e-3 + direction(f"{paper.title} {paper.abstract}"))
    found = engine.explain(Query(QUESTION), FEDSSP)
    assert len(found.meaning.words) == len(f"{paper.title} {paper.abstract}".split())
    for word in found.meaning.words:
        assert word.text == at(paper, word)
        assert word.share == pytest.approx(direction(word.text) @ q / length, abs=1e-6)
    assert found.meaning.special == pytest.approx(1e-3 * q.sum() / length, abs=1e-6)


def test_words_are_what_stands_between_spaces(engine):
    """Hyphens join, punctuation around is left out of the place, and Chinese stands alone."""
    paper = Paper("x", "Peer-to-peer (FL): C++ — 3.5% 图学习", "End.")
    words = [(word.field, word.start, word.text) for word in meaning(paper).meaning.words]
    # The fake has no pieces for signs: C++ ends at its letter, and the dash is no word.
    assert words == [
        ("title", 0, "Peer-to-peer"),
        ("title", 14, "FL"),
        ("title", 19, "C"),
        ("title", 25, "3.5"),
        ("title", 30, "图学习"),
        ("abstract", 0, "End"),
    ]


def test_pieces_are_joined_by_place_alone():
    """Spaces in a piece are not of the word; signs, bytes of one sign and characters find it."""
    text = "T\nab-c, — 图学 🚀 d"
    pieces = [(0, 1), (1, 4), (3, 4), (4, 5), (5, 6), (6, 7), (7, 9), (10, 11), (11, 12)]
    pieces += [(12, 14), (13, 14), (13, 14), (15, 15), (14, 16), (0, 0)]

    class Pieces(FakeEncoder):
        def encode_tokens(self, _):
            ones = np.zeros((len(pieces), 64), dtype=np.float32)
            ones[:, 0] = 1
            return TokenEmbeddings(ones, np.array(pieces), cut=False)

    paper = Paper("x", "T", text[2:])
    found = meaning(paper, Pieces())
    one = whole(found) / len(pieces)
    shares = [(word.text, round(word.share / one)) for word in found.meaning.words]
    assert shares == [("T", 1), ("ab-c", 5), ("—", 1), ("图", 1), ("学", 1), ("🚀", 3), ("d", 1)]
    assert found.meaning.special == pytest.approx(2 * one)


def test_the_best_sentence_is_the_nearest_by_its_own_mean(engine):
    """Brute force over the sentences of the abstract; the title is compared, but not the best."""
    encoder = FakeEncoder()
    paper = engine.paper(FEDSSP)
    q = encoder.encode_query([QUESTION])[0].astype(np.float64)
    split = re.split(r"(?<=\.) ", paper.abstract)
    expected = {}
    for text in [paper.title, *split]:
        own = encoder.encode_tokens(text).embeddings[1:].astype(np.float64).sum(axis=0)
        expected[text] = own @ q / np.linalg.norm(own)
    found = engine.explain(Query(QUESTION), FEDSSP)
    scores = {sentence.text: sentence.score for sentence in found.meaning.sentences}
    assert scores == pytest.approx(expected, abs=1e-6)
    assert list(scores) == sorted(scores, key=lambda text: -scores[text])
    assert all(at(paper, sentence) == sentence.text for sentence in found.meaning.sentences)
    assert found.sentence.text == max(split, key=expected.__getitem__)


def test_words_beyond_what_the_model_reads_are_counted(engine):
    """They have no share, nor have their sentences a score, and a note says how many they are."""
    paper = engine.paper(FEDSSP)
    found = meaning(paper, Cutting())
    words = f"{paper.title} {paper.abstract}".split()
    assert found.meaning.unread == len(words) - len(found.meaning.words)
    assert 0 < len(found.meaning.words) <= 29
    assert f"the last {found.meaning.unread} words have no share" in found.notes[0]
    end = found.meaning.words[-1].end
    assert all(one.start < end for one in found.meaning.sentences if one.field == "abstract")
    short = meaning(Paper("x", "Short", "and read."), Cutting())
    assert (short.meaning.unread, short.notes) == (0, [])


def test_where_no_sum_holds_sentences_are_embedded_alone(engine):
    """Title and sentences as documents of their own, nearest first, and a note; no shares."""
    encoder, paper = NoSum(), engine.paper(FEDSSP)
    q = encoder.encode_query([QUESTION])[0]
    found = meaning(paper, encoder)
    assert (found.meaning.words, found.meaning.special, found.meaning.unread) == ([], None, None)
    assert found.notes == [NO_SHARES]
    assert sorted(encoder.encoded) == sorted([paper.title, *re.split(r"(?<=\.) ", paper.abstract)])
    for sentence in found.meaning.sentences:
        own = encoder.encode_document([sentence.text])[0]
        assert sentence.score == pytest.approx(float(own @ q), abs=1e-6)
    assert found.sentence in found.meaning.sentences


def test_by_words_alone_the_model_is_not_asked(engine, encoder, monkeypatch):
    """A lexical list is explained without any vector."""
    monkeypatch.setattr(encoder, "encode_tokens", None)
    monkeypatch.setattr(encoder, "encode_query", None)
    found = engine.explain(Query("graphs", mode="lexical"), FEDSSP)
    assert (found.meaning, found.parts["semantic"], found.sentence) == (None, None, None)
    assert found.terms[0].count > 0


def test_matches_are_all_forms_of_the_words_asked_for():
    """In title, abstract and authors, without case and accents; stop words match nothing."""
    paper = Paper("x", "Graphs of the Net", "A graph's network. Networks!", ("Ann Gràph", "B Net"))
    found = meaning(paper, text="the graph networking graphs of NETWORKS absent")
    assert [(t.term, t.word, t.count) for t in found.terms] == [
        ("graph", "graph", 3),
        ("network", "networking", 2),
        ("absent", "absent", 0),
    ]
    assert [(m.field, m.author, m.start, m.text, m.term) for m in found.matches] == [
        ("title", None, 0, "Graphs", "graph"),
        ("abstract", None, 2, "graph", "graph"),
        ("abstract", None, 10, "network", "network"),
        ("abstract", None, 19, "Networks", "network"),
        ("authors", 0, 4, "Gràph", "graph"),
    ]
    only_stop = meaning(paper, text="of the").matches
    assert [match.text for match in only_stop] == ["of", "the"]


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
def test_words_in_common_with_papers_to_be_like_are_those_that_tell_most(
    engine, seed_generation, mode
):
    """The twelve of highest weight times idf that the paper has and that name a subject."""
    oracle = Oracle(seed_generation)
    like, unlike = (S2FGL, FEDSSP), (DEFTA,)
    weights = oracle.words_of(like)
    for term, weight in oracle.words_of(unlike).items():
        if term in weights:
            weights[term] -= 0.5 * weight
    idf = oracle.idf(weights)
    texts = [f"{p.title} {p.abstract}" for p in map(engine.paper, like)]
    written = [word for text in texts for word in WORD.findall(text)]
    assert any(weight < 0 for weight in weights.values())
    for paper in list(engine.papers(Filters()))[::9]:
        found = engine.explain(Query(like=like, unlike=unlike, mode=mode), paper.id)
        has = set().union(*fields_of(paper)) - TERMS_OF_WRITING
        wanted = {t: w * idf[t] for t, w in weights.items() if w > 0 and t in has}
        expected = sorted(wanted.values(), reverse=True)[:12]
        assert [wanted[term.term] for term in found.terms] == pytest.approx(expected)
        assert all(term.word in written and stem(term.word) == term.term for term in found.terms)
        counts = Counter(match.term for match in found.matches)
        assert counts == {term.term: term.count for term in found.terms}
        assert all(at(paper, match) == match.text for match in found.matches)
    beside = engine.explain(Query("graphs and zzzz", like=like), FEDSSP).terms
    assert [term.word for term in beside[:2]] == ["graphs", "zzzz"]
    assert len(beside) == 14


@pytest.mark.parametrize("encoder", [FakeEncoder(), Cutting(), NoSum()])
def test_a_paper_without_any_text_has_no_words(encoder):
    """Where even the words that stand in for a title are gone, nothing fails."""
    found = meaning(Paper("x", "Stand-in", extra={"title_missing": True}), encoder)
    assert (found.meaning.words, found.meaning.sentences, found.sentence) == ([], [], None)


@given(
    st.builds(
        Paper,
        id=st.just("x"),
        title=st.text(min_size=1),
        abstract=st.text() | st.text(alphabet="ab. 图\u0301\u200b\n-"),
        authors=st.lists(st.text(), max_size=2).map(tuple),
        extra=st.sampled_from([{}, {"title_missing": True}]),
    ),
    st.sampled_from([FakeEncoder, Cutting, NoSum]),
    st.text(min_size=1).filter(str.strip),
)
def test_whatever_the_text_places_are_right(paper, make, text):
    """Each share, sentence and match is at its place, and shares add up to the cosine."""
    found = meaning(paper, make(), text)
    for piece in [*found.meaning.words, *found.meaning.sentences, *found.matches]:
        assert piece.text == at(paper, piece) != ""
    places = [(w.field == "abstract", w.start, w.end) for w in found.meaning.words]
    assert places == sorted(places)
    assert all(a[0] < b[0] or a[2] <= b[1] for a, b in pairwise(places))
    if make is FakeEncoder:
        document = FakeEncoder().encode_document([PaperText.of(paper).text])[0]
        cosine = float(document @ FakeEncoder().encode_query([text])[0])
        assert whole(found) == pytest.approx(cosine, abs=1e-5)


def test_words_that_stand_in_for_a_title_have_no_share(index, build, tmp_path, encoder):
    """The text explained is the one that was embedded: the abstract alone, or the title alone."""
    source = tmp_path / "p.bib"
    source.write_text(
        "@article{a, abstract = {Peer training of graphs without any server. It works well.}}\n"
        "@article{b, title = {Peers alone}, author = {Ann Lee}}\n"
    )
    build(source, table(tmp_path / "p.md", ("Peer graphs", "Training. Of peers.")))
    with closing(open_catalogue(index.current().catalogue)) as db:
        rows = [1, 2, 3]
        papers = read_papers(db, rows)
        assert [PaperText.of(paper).text for paper in papers] == read_texts(db, rows)
    with closing(Engine(index.current(), encoder)) as engine:
        for paper in papers:
            found = engine.explain(Query("peer training"), paper.id)
            assert whole(found) == pytest.approx(found.parts["semantic"].score, abs=1e-5)
            fields = {word.field for word in found.meaning.words}
            if paper.extra.get("title_missing"):
                assert fields == {"abstract"}
            assert (found.sentence is None) == (paper.abstract == "")


def test_what_is_unknown_is_named(engine):
    """A paper that is not there cannot be explained, nor be what others are like."""
    for query, paper_id in ((Query("x"), "no:such"), (Query(like=("no:such",)), DEFTA)):
        with pytest.raises(UnknownPaper, match="no:such"):
            engine.explain(query, paper_id)


@pytest.fixture(scope="module")
def real(model_index):
    from indexer.models.choosing import encoder_of
    from indexer.models.model import find_model
    from search_api.engine.live import ranker_of

    encoder = encoder_of(find_model())
    engine = Engine(model_index.current(), encoder, second_look=ranker_of(None))
    yield engine
    engine.close()


@pytest.mark.model
@pytest.mark.parametrize(
    "query",
    [Query(QUESTION), Query("Mamba"), Query("graphs", like=(S2FGL,), unlike=(DEFTA,))],
    ids=lambda query: query.text,
)
def test_shares_of_the_real_model_add_up(real, query):
    """To the cosine that search reports, for short abstracts and for those that are cut."""
    unread = []
    for hit in real.search(replace(query, k=64)).hits[::12]:
        found = real.explain(query, hit.paper.id)
        assert whole(found) == pytest.approx(hit.voices["semantic"].score, abs=1e-5)
        unread.append(found.meaning.unread)
    assert max(unread) > 0
    assert real.explain(query, DEFTA).meaning.unread == 0


@pytest.mark.model
def test_shares_of_the_real_model_are_those_of_transformers(real):
    """By the last hidden states of transformers itself, word by word."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    paper = real.paper(DEFTA)
    (encoder,) = real.encoders
    path = encoder.model.path
    tokenizer, model = AutoTokenizer.from_pretrained(path), AutoModel.from_pretrained(path)
    text = f"{paper.title}\n{paper.abstract}"
    tokens = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**tokens).last_hidden_state[0].numpy().astype(np.float64)
    q = encoder.encode_query([QUESTION])[0].astype(np.float64)
    shares = hidden @ q / len(hidden) / np.linalg.norm(hidden.mean(axis=0))
    found = real.explain(Query(QUESTION, mode="semantic"), DEFTA)
    by_word = dict.fromkeys((match.span() for match in re.finditer(r"\S+", text)), 0.0)
    for n, share in enumerate(shares[1:-1], 1):
        start, _ = tokens.token_to_chars(n)
        by_word[next(span for span in by_word if span[0] <= start < span[1])] += share
    assert [word.share for word in found.meaning.words] == pytest.approx(
        list(by_word.values()), abs=1e-6
    )
    assert found.meaning.special == pytest.approx(shares[0] + shares[-1], abs=1e-6)


@pytest.mark.model
def test_the_documented_explanation_is_what_the_real_model_gives(real):
    """What each part of the example measures and adds is that of its question on the seeds."""
    example = ExplanationOut.example().model_dump()
    found = real.explain(Query.parse(example["query"]["q"]), example["paper"]["id"]).to_json()
    assert found["rank"] == example["rank"]
    assert found["score"] == pytest.approx(example["score"], abs=1e-4)
    for name in ("semantic", "lexical"):
        assert found["why"][name] == pytest.approx(example["why"][name], abs=1e-4)
    assert found["why"]["lift"] == pytest.approx(example["why"]["lift"], abs=1e-4)
    second, shown = found["why"]["second"], example["why"]["second"]
    assert second["added"] == pytest.approx(shown["added"], abs=1e-4)
    for name, feature in shown["features"].items():
        assert second["features"][name] == pytest.approx(feature, abs=1e-4)


@pytest.mark.model
def test_each_score_of_the_real_model_is_the_sum_of_what_is_shown(real):
    """Of papers from everywhere in a list, all of which get a second look."""
    hits = real.search(Query(QUESTION, k=64)).hits
    for hit in hits[::9]:
        found = real.explain(Query(QUESTION, mode="hybrid"), hit.paper.id)
        parts = [part.added for part in found.parts.values()]
        looked = [one.added for one in found.looked.values()]
        assert sum([*parts, found.lift, *looked]) == pytest.approx(hit.score, abs=1e-6)
        assert sum(looked) == pytest.approx(hit.second, abs=1e-9)
    assert sum(hit.second for hit in hits) == pytest.approx(0, abs=1e-9)
