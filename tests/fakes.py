"""A small encoder that needs no model: texts that share words have near vectors; a reranker."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from indexer.arrays import Array, Vectors
from indexer.models.encoder import TokenEmbeddings
from indexer.models.model import DEFAULT_MODEL, Model, find_model
from indexer.paper import Rejection
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import PossibleDuplicate
from indexer.store.finer import Covered
from indexer.store.manifest import Manifest, MapInfo
from indexer.store.names import is_telling, names_of, same_hash
from indexer.store.paper_rows import Entry

DIMENSION = 64
MAX_TOKENS = 256


class FakeEncoder:
    """Sums a constant and a random direction per word, the same in every process.

    ``encoded`` lists every document that was embedded, in order.
    """

    def __init__(
        self, fingerprint: str = "f" * 64, name: str = "fake", dimension: int = DIMENSION
    ) -> None:
        self.model = Model(name, Path("/nowhere"), fingerprint, {"query": "", "document": ""})
        self.max_tokens: int | None = MAX_TOKENS
        self.is_static = False
        self.encoded: list[str] = []
        self._dimension = dimension
        self._constant = np.full(dimension, 1e-3)

    def load(self) -> None:
        pass

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts])

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def encode_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        return self.encode_document(texts), self.count_tokens(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def has_word(self, word: str) -> bool:
        return word == "ottars"

    def encode_tokens(self, text: str) -> TokenEmbeddings | None:
        words = list(re.finditer(r"\w+", text))
        embeddings = [self._constant, *(self._direction(word[0]) for word in words)]
        places = np.array([(0, 0), *(word.span() for word in words)], dtype=np.int64)
        return TokenEmbeddings(np.array(embeddings, dtype=np.float32), places, cut=False)

    def _vector(self, text: str) -> Vectors:
        vector = sum(map(self._direction, re.findall(r"\w+", text)), start=self._constant)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def _direction(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.casefold().encode()).digest()[:8])
        return np.random.default_rng(seed).standard_normal(self._dimension)


class FakeTokens:
    """A static model of a token a word, or a character of those that have no spaces.

    Each has a random vector of length 1, but for *dull*, which hardly says anything.
    """

    vocabulary = 1 << 12

    def __init__(self, fingerprint: str = "t" * 64) -> None:
        self.model = Model("tokens", Path("/nowhere"), fingerprint, {})
        vectors = np.random.default_rng(5).standard_normal((self.vocabulary, 16))
        self._table = (vectors / np.linalg.norm(vectors, axis=1)[:, None]).astype(np.float32)
        self._table[self.id("dull")] *= 0.1

    def id(self, word: str) -> int:
        return int.from_bytes(hashlib.sha256(word.casefold().encode()).digest()[:8]) % (1 << 12)

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        found = [[self.id(word[0]) for word in TOKEN.finditer(text)] for text in texts]
        tokens = np.array([token for of in found for token in of], dtype=np.int32)
        return tokens, np.array([len(of) for of in found], dtype=np.int64)

    def token_vectors(self, tokens: np.ndarray) -> Vectors:
        return self._table[tokens]

    def encode_tokens(self, text: str) -> TokenEmbeddings:
        places = np.array([word.span() for word in TOKEN.finditer(text)], dtype=np.int64)
        vectors = self.token_vectors(self.read([text])[0])
        return TokenEmbeddings(vectors, places.reshape(-1, 2), cut=False)


TOKEN = re.compile(r"[a-zA-Z0-9]+|\w")


class ByLength:
    """A reranker: the shorter a text the better; remembers what it read."""

    def __init__(self, fingerprint: str = "r" * 64) -> None:
        self.model = Model("by length", Path("/nowhere"), fingerprint, {})
        self.read: list[tuple[str, list[str]]] = []
        self.loaded = 0

    def load(self) -> None:
        self.loaded += 1

    def score(self, query: str, texts: Sequence[str]) -> Array:
        self.read.append((query, list(texts)))
        return -np.array([len(text) for text in texts], dtype=np.float64)


def fake_model(name: str = DEFAULT_MODEL) -> Model:
    """Find two models that are not there; any other name is looked for as ever."""
    if name not in {DEFAULT_MODEL, "other"}:
        return find_model(name)
    fingerprint = hashlib.sha256(name.encode()).hexdigest()
    return Model(name, Path("/nowhere"), fingerprint, {"query": "", "document": ""})


def fake_encoder(model: Model, threads: int | None = None) -> FakeEncoder:
    encoder = FakeEncoder(model.fingerprint, model.name)
    encoder.model = model
    return encoder


@dataclass
class PublishedInMemory:
    """What a sink in memory has published."""

    papers: dict[str, tuple[Entry, np.ndarray]] = field(default_factory=dict)
    manifest: Manifest | None = None
    corpus_map: CorpusMap | None = None
    rejections: list[Rejection] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)
    """What papers are known by beside their ids, by id."""
    possible: list[PossibleDuplicate] = field(default_factory=list)


class MemorySink:
    """A sink that holds all in memory."""

    def __init__(self, store: PublishedInMemory) -> None:
        self._store = store
        self.close()

    def known(self) -> Mapping[str, str]:
        return {one: entry.paper.content_hash() for one, (entry, _) in self._store.papers.items()}

    def is_complete(self) -> bool:
        return True

    def put(self, entries: Sequence[Entry]) -> None:
        ids = [entry.paper.id for entry in entries]
        if len(set(ids)) < len(ids) or self._put.keys() & ids:
            raise ValueError("put twice")
        self._put |= dict(zip(ids, entries, strict=True))

    def remove(self, ids: Collection[str]) -> None:
        if self._put.keys() & set(ids):
            raise ValueError("put, and not published yet")
        self._removed |= set(ids)

    def publish(
        self,
        manifest: Manifest,
        vectors: Vectors,
        *,
        corpus_map: CorpusMap | None = None,
        rejections: Iterable[Rejection] = (),
        possible: Iterable[PossibleDuplicate] = (),
        covered: Covered | None = None,
    ) -> Manifest:
        store = self._store
        stay = {
            one: of
            for one, of in store.papers.items()
            if one not in self._put and one not in self._removed
        }
        if stay and store.manifest.space.fingerprint != manifest.space.fingerprint:
            raise ValueError("another model")
        if vectors.shape != (len(self._put), manifest.space.dimension):
            raise ValueError(f"vectors of shape {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")
        put = zip(self._put, zip(self._put.values(), vectors.copy(), strict=True), strict=True)
        papers = dict(put) | stay
        if corpus_map is not None and len(corpus_map.points) != len(papers):
            raise ValueError("a map of other papers")
        store.names = self._names([entry for entry, _ in papers.values()])
        store.papers, store.corpus_map, store.rejections = papers, corpus_map, list(rejections)
        store.possible = [one for one in possible if {one.paper, one.other} <= papers.keys()]
        store.manifest = replace(
            manifest,
            generation=f"{int(store.manifest.generation) + 1 if store.manifest else 1}",
            papers=len(papers),
            possible=len(store.possible),
            spaces=[
                replace(manifest.space, rows=len(papers)),
                *(
                    replace(one, rows=len(covered.rows) if covered else 0)
                    for one in manifest.spaces[1:]
                ),
            ],
            map=MapInfo(1, corpus_map.method) if corpus_map else None,
        )
        self.close()
        return store.manifest

    def _names(self, entries: Sequence[Entry]) -> dict[str, set[str]]:
        """Names as they are, and those of before that nobody has now."""
        store = self._store
        names = {entry.paper.id: set(names_of(entry.paper, entry.records)) for entry in entries}
        known = set(names).union(*names.values())
        kept: list[tuple[str, set[str]]] = []
        for old, (entry, _) in store.papers.items():
            ids = {one for one in store.names[old] if not one.startswith(("title:", "key:"))}
            ways = [{old}, {one for one in ids if not one.startswith("akin:")}]
            new = [{old}] if old in names else []
            new += [{one for one in names if {one, *names[one]} & way} for way in ways]
            alike = {
                other.paper.id
                for other in entries
                if other.paper.id not in store.papers and same_hash(other.paper, entry.paper)
                if is_telling(other.paper.title) or other.paper.year == entry.paper.year
            }
            now = next((found for found in [*new, alike] if found), set())
            if len(now) == 1:
                kept.append((now.pop(), {old, *ids} - known))
        for one, former in kept:
            names[one] |= former
        return names

    def close(self) -> None:
        self._put: dict[str, Entry] = {}
        self._removed: set[str] = set()
