"""Known questions must find their paper, with the real model over the seeds."""

from contextlib import closing

import pytest

from indexer.models.choosing import encoder_of
from indexer.models.model import find_model
from search_api.engine.engine import Engine
from search_api.query.query import Query

pytestmark = pytest.mark.model

# In words of a reader, not of the title; the paper must come first in hybrid mode …
FIRST = [
    ("peer to peer training without a central server", "DeFTA"),
    ("finding the most important person in a video", "Mining Multi-Modality Spatio-Temporal Cues"),
    ("how safe are agents that use a computer", "BraveGuard"),
    ("attack hidden in the skills of an agent", "SkillTrojan"),
    ("generate LoRA weights directly from a prompt", "Drag-and-Drop LLMs"),
    ("speeding up vision mamba by merging tokens", "Faster Vision Mamba"),
    ("pathology whole slide images", "ReconMIL"),
    ("super-resolution of satellite images with spiking networks", "Spiking Meets Attention"),
    ("benchmark of spatial reasoning for autonomous driving", "SURDS"),
    ("depth estimation data set for driving", "ROVR-Open-Dataset"),
    ("survey of generating human motion and interaction", "3D Human Interaction Generation"),
    ("adapting one vision transformer to many device budgets", "EA-ViT"),
    ("radar target recognition under poisoned clients", "Noise-Aware and Dynamically Adaptive"),
    ("distilling attention from transformers into mamba", "Data Efficient Any Transformer"),
    ("earth science exam questions for language models", "EarthSE"),
    ("clustering clients with normalizing flows", "Federated CINN"),
]
# … or, where other papers answer the question as well, among the first three.
AMONG_THREE = [
    ("pruning tokens of state space vision models without losing accuracy", "Pruning-Robust Mamba"),
    ("wrong labels on the clients in federated learning", "Learning Locally, Revising Globally"),
]


@pytest.fixture(scope="module")
def engine(model_index):
    with closing(Engine(model_index.current(), encoder_of(find_model()))) as engine:
        yield engine


@pytest.mark.parametrize(("question", "title"), FIRST)
def test_a_question_finds_its_paper(engine, question, title):
    """The paper that the question was written for is the first result."""
    assert engine.search(Query(question)).hits[0].paper.title.startswith(title)


@pytest.mark.parametrize(("question", "title"), AMONG_THREE)
def test_a_question_with_several_answers_finds_its_paper(engine, question, title):
    """The paper is not hidden by the others that fit."""
    hits = engine.search(Query(question, k=3)).hits
    assert any(hit.paper.title.startswith(title) for hit in hits)


def test_fedssp_is_related_to_s2fgl(engine):
    """Two papers of one group on federated graphs are near each other, both ways."""
    fedssp = engine.search(Query("FedSSP")).hits[0].paper
    s2fgl = engine.search(Query("S2FGL")).hits[0].paper
    for one, other in ((fedssp, s2fgl), (s2fgl, fedssp)):
        nearest = [hit.paper.id for hit in engine.search(Query(like=(one.id,), k=3)).hits]
        assert other.id in nearest
        assert one.id not in nearest


def test_unlike_pushes_papers_away(engine):
    """What is near the paper to be unlike falls behind."""
    graphs = engine.search(Query("S2FGL")).hits[0].paper
    everything = Query("federated learning", k=64, mode="semantic")
    without = Query("federated learning", unlike=(graphs.id,), k=64, mode="semantic")

    def place(query):
        titles = [hit.paper.title for hit in engine.search(query).hits]
        return titles.index("Federated Graph Semantic and Structural Learning")

    assert place(without) > place(everything)
