"""The sentences of a paper and their embeddings, by which the nearest to a query is found."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from indexer.arrays import Vectors
from indexer.models.encoder import Encoder, TokenEmbeddings
from indexer.paper import Paper, document_text
from search_api.explaining.explanation import Field, Sentence
from search_api.explaining.sentences import sentences

SENTENCES_KEPT = 2000
"""Papers whose sentences' embeddings are kept, some 15 kB each."""


@dataclass(frozen=True, slots=True)
class PaperText:
    """The text that was embedded for a paper, and where its fields begin in it."""

    text: str
    fields: tuple[tuple[Field, int], ...]

    @classmethod
    def of(cls, paper: Paper) -> Self:
        """Return the text of a paper, as :meth:`search_api.store.store.Store.texts` gives it."""
        title = paper.own_title
        text = document_text(title, paper.abstract)
        fields: list[tuple[Field, int]] = [("title", 0)] if title else []
        if paper.abstract:
            fields.append(("abstract", len(text) - len(paper.abstract)))
        return cls(text, tuple(fields))

    def place(self, start: int, end: int) -> tuple[Field, int, int, str]:
        """Return which field a piece of the text is of, where in it, and the piece."""
        field, first = next(one for one in reversed(self.fields) if one[1] <= start)
        return field, start - first, end - first, self.text[start:end]

    def pieces(self, tokens: TokenEmbeddings) -> list[tuple[int, int]]:
        """Return where the word pieces are, without the white space that some models count in."""
        return [_stripped(self.text, int(start), int(end)) for start, end in tokens.places]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Yield where the title and the sentences of the abstract begin and end."""
        for field, first in self.fields:
            if field == "title":
                yield 0, self.fields[1][1] - 1 if len(self.fields) > 1 else len(self.text)
            else:
                yield from ((first + s, first + e) for s, e in sentences(self.text[first:]))


@dataclass(frozen=True, slots=True, eq=False)
class SentenceVectors:
    """Title and sentences of a document, and the embedding of each.

    Attributes:
        document: whose.
        places: where they begin and end in its text; without those that the model does not read.
        vectors: ``(sentences, dim)`` float32, of length 1.
    """

    document: PaperText
    places: list[tuple[int, int]]
    vectors: Vectors

    @classmethod
    def of(cls, paper: Paper, encoder: Encoder) -> Self:
        """Embed a paper, and take its sentences from that where the model allows it."""
        document = PaperText.of(paper)
        tokens = encoder.encode_tokens(document.text)
        if tokens is None:
            return cls.by_themselves(document, encoder)
        return cls.of_pieces(document, tokens)

    @classmethod
    def of_pieces(cls, document: PaperText, tokens: TokenEmbeddings) -> Self:
        """Return the mean of each sentence's word pieces, in their context."""
        pieces = tokens.embeddings.astype(np.float64)
        at = np.array(document.pieces(tokens), dtype=np.int64).reshape(-1, 2)
        places, vectors = [], []
        for start, end in document.sentences():
            within = (at[:, 0] >= start) & (at[:, 0] < np.minimum(at[:, 1], end))
            own = pieces[within].sum(axis=0)
            if length := np.linalg.norm(own):
                places.append((start, end))
                vectors.append(own / length)
        shape = (len(places), pieces.shape[1])
        return cls(document, places, np.array(vectors, dtype=np.float32).reshape(shape))

    @classmethod
    def by_themselves(cls, document: PaperText, encoder: Encoder) -> Self:
        """Embed each sentence without the others."""
        places = list(document.sentences())
        texts = [document.text[start:end] for start, end in places]
        vectors = encoder.encode_document(texts) if texts else np.zeros((0, 0), dtype=np.float32)
        return cls(document, places, vectors)

    def nearest(self, direction: Vectors) -> list[Sentence]:
        """Return the sentences with their cosines, the nearest to a vector ``(dim,)`` first."""
        if not self.places:
            return []
        cosines = (self.vectors.astype(np.float64) @ direction.astype(np.float64)).tolist()
        found = [
            Sentence(*self.document.place(*place), cosine)
            for place, cosine in zip(self.places, cosines, strict=True)
        ]
        return sorted(found, key=lambda sentence: -sentence.score)


class SentenceCache:
    """The sentences of the papers that were last asked for; safe to share by threads.

    Args:
        encoder: reads those that are not kept.
        most: papers that are kept.
    """

    def __init__(self, encoder: Encoder, most: int = SENTENCES_KEPT) -> None:
        self._encoder = encoder
        self._most = most
        self._kept: OrderedDict[str, SentenceVectors] = OrderedDict()  # the last asked for last
        self._lock = threading.Lock()

    def of(self, paper: Paper) -> SentenceVectors:
        """Return the sentences of a paper, embedded now if they are not kept."""
        with self._lock:
            if (kept := self._kept.get(paper.id)) is not None:
                self._kept.move_to_end(paper.id)
                return kept
        found = SentenceVectors.of(paper, self._encoder)  # others may go on meanwhile
        with self._lock:
            self._kept[paper.id] = found
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both ends, which some tokenizers count to the word."""
    piece = text[start:end]
    end = start + len(piece.rstrip())
    return end - len(piece.strip()), end
