"""From papers that are wanted to the direction in which others like them lie."""

from __future__ import annotations

import numpy as np

from indexer.arrays import Array, Vectors, unit

FEW = 4
"""Examples, from which it pays to learn what tells them from other papers."""

TRUST = 2
"""So many examples would have as much to say by what tells them apart as by their mean."""

OTHERS = 1000
"""Papers that stand for all that are not wanted."""


def towards(examples: Vectors, others: Vectors) -> Array:
    """Return the vector ``(dim,)``, of length 1, along which papers are like some examples.

    It is the direction of their mean; from :data:`FEW` on, together with the normal of the plane
    that parts them from other papers, which counts the more the more examples there are. The plane
    is that of a linear support vector machine with squared hinge loss, C = 1, both classes weighing
    the same (Fan et al., "LIBLINEAR: A library for large linear classification", JMLR 2008).

    Args:
        examples: of length 1, ``(n, dim)``, n at least 1.
        others: likewise, ``(m, dim)``; that some of them may be wanted, too, does little harm.
    """
    mean = unit(examples.mean(axis=0).astype(np.float64))
    if len(examples) < FEW or not len(others):
        return mean
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=1.0, class_weight="balanced", dual=False)  # draws nothing
    wanted = np.arange(len(examples) + len(others)) < len(examples)
    machine.fit(np.concatenate([examples, others]), wanted)
    trust = len(examples) / (len(examples) + TRUST)
    return unit(trust * unit(machine.coef_[0].astype(np.float64)) + (1 - trust) * mean)
