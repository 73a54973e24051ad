"""A selection of the local store: which papers take part, a byte for each."""

from __future__ import annotations

import numpy as np

from indexer.arrays import Mask, Rows
from indexer.kept import kept
from search_api.query.results import FacetCount
from search_api.store.columns import Columns


class Bitmap:
    """Some papers of a local store; never changes. See :class:`search_api.store.store.Selection`.

    Args:
        mask: ``(n,)``, not to be changed any more.
        columns: that facets are counted by.
    """

    def __init__(self, mask: Mask, columns: Columns) -> None:
        self.mask = mask
        self._columns = columns

    @kept
    def count(self) -> int:
        """How many papers there are."""
        return int(np.count_nonzero(self.mask))

    def rows(self) -> Rows:
        """Return all of them, ascending."""
        return self._rows

    @kept
    def _rows(self) -> Rows:
        rows = np.flatnonzero(self.mask)
        rows.flags.writeable = False
        return rows

    def has(self, rows: Rows) -> Mask:
        """Tell which of some papers are in it."""
        return self.mask[rows]

    def without(self, rows: Rows) -> Bitmap:
        """Return the selection but for some papers."""
        if not self.mask[rows].any():
            return self
        mask = self.mask.copy()
        mask[rows] = False
        return Bitmap(mask, self._columns)

    def narrowed(self, mask: Mask) -> Bitmap:
        """Return those of the papers that a mask has, too."""
        return Bitmap(self.mask & mask, self._columns)

    def facets(self) -> dict[str, list[FacetCount]]:
        """Count the values of its papers."""
        return self._facets

    @kept
    def _facets(self) -> dict[str, list[FacetCount]]:
        return self._columns.facets(self.mask)
