"""What a trained model says of itself, in the form of a model card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """What a model was made of, how, and what came of it.

    Attributes:
        name: of the model.
        command: which made it.
        start: what training began with.
        teacher: the model whose embeddings it learned; ``""`` if none.
        vocabulary: tokens.
        dim: of the embeddings.
        precision: of the table.
        sources: names of documents that papers were read from.
        papers: trained on.
        held_out: papers that were not, for the score.
        left_out: papers whose titles were to be left out.
        texts: names of files of plain text.
        number_of_texts: that the teacher's embeddings were learned of.
        steps: by the name of the stage.
        seconds: that training took.
        before: held-out score of what it began with.
        after: held-out score.
        seed: of what was drawn at random.
    """

    name: str
    command: str
    start: str
    teacher: str
    vocabulary: int
    dim: int
    precision: str
    sources: Sequence[str]
    papers: int
    held_out: int
    left_out: int
    texts: Sequence[str]
    number_of_texts: int
    steps: dict[str, int]
    seconds: float
    before: float
    after: float
    seed: int


_CARD = """\
---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, static-embedding, scientific-papers]
---

# {name}

A static encoder for abstracts of papers: {vocabulary:,} tokens, {dim} dimensions, {precision}. The
embedding of a text is the mean of its tokens' vectors, scaled to length 1; no network is run.

## How it was made

```
{command}
```

- Began with: {start}.
- Teacher: {teacher}.
- Papers: {papers:,} from {sources}; {held_out:,} more were held out,
  {left_out:,} left out as asked.
- Plain texts: {texts}.
- Steps: {steps}; {minutes:.1f} minutes; seed {seed}.

## What came of it

An abstract is to be found by its title among those of the {held_out:,} held-out papers.
Mean reciprocal rank:

| | MRR |
|---|---|
| {start} | {before:.3f} |
| this model | {after:.3f} |

## How to use it

```
rebuild-index --model FOLDER
```

{loading}
"""
_PLAIN = """\
```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("FOLDER")
```"""
_INT8 = """\
akin reads the table as it is. sentence-transformers takes no table of int8: give it one of float32,
whose scale does not matter.

```python
import numpy as np
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

table = load_file("FOLDER/model.safetensors")["embedding.weight"].astype(np.float32)
tokenizer = Tokenizer.from_file("FOLDER/tokenizer.json")
model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, table), Normalize()])
```"""


def card_of(account: Account) -> str:
    """Return the card, in Markdown."""
    texts = (
        f"{account.number_of_texts:,}, from {_listed(account.texts) or 'the papers alone'}"
        if account.teacher
        else "none"
    )
    return _CARD.format(
        name=account.name,
        vocabulary=account.vocabulary,
        dim=account.dim,
        precision=account.precision,
        command=account.command,
        start=account.start,
        teacher=account.teacher or "none; it was pulled towards what it began with",
        papers=account.papers,
        sources=_listed(account.sources),
        held_out=account.held_out,
        left_out=account.left_out,
        texts=texts,
        steps=", ".join(f"{number:,} {name}" for name, number in account.steps.items()),
        minutes=account.seconds / 60,
        seed=account.seed,
        before=account.before,
        after=account.after,
        loading=_INT8 if account.precision == "int8" else _PLAIN,
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
