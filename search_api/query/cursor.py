"""Where the next page of a list begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from indexer.errors import BadParameter, StaleCursor


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins. A generation never changes, so a position is enough."""

    generation: str
    query: str
    offset: int

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read a cursor that was given out.

        Raises:
            BadParameter: it was not.
        """
        try:
            generation, query, offset = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise BadParameter.of("cursor", text[:80], _NOT_OURS) from error
        if not (isinstance(offset, int) and offset > 0 and isinstance(generation, str)):
            raise BadParameter.of("cursor", text[:80], _NOT_OURS)
        return cls(generation, str(query), offset)

    def encode(self) -> str:
        """Return the cursor as text that fits into a URL."""
        data = json.dumps([self.generation, self.query, self.offset]).encode()
        return base64.urlsafe_b64encode(data).decode()

    def check(self, generation: str, queries: Collection[str]) -> None:
        """Refuse a cursor of another generation or query.

        Args:
            generation: the one that is served.
            queries: its digests, one for each order that its list may have.

        Raises:
            StaleCursor: the generation that it belongs to is not served any more.
            BadParameter: it belongs to another query.
        """
        if self.generation != generation:
            raise StaleCursor(
                f"the index has changed since this page was made (generation {self.generation}, "
                f"now {generation}): ask again without the cursor",
                field="cursor",
            )
        if self.query not in queries:
            reason = (
                "belongs to another query, or its list was ordered by another reranker or by other "
                "weights"
            )
            raise BadParameter.of("cursor", self.encode(), reason)


_NOT_OURS = "was not given out by this service"
