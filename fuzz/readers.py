"""Coverage-guided fuzzing of the readers: any file gives papers, rejections or a typed error.

    .venv/bin/python -m pip install "atheris>=3"
    .venv/bin/python fuzz/readers.py all -max_total_time=60
    .venv/bin/python fuzz/readers.py bibtex -max_total_time=60 -rss_limit_mb=1024 -timeout=10

The first argument is a format as the ledger names it, or ``all``: then the document chooses its
reader. All others are libFuzzer's. It starts from the small documents of ``tests/samples.py`` and
stops with the input at the first failure: an exception that is not typed, a record that cannot be
printed, more seconds than ``-timeout`` or more memory than ``-rss_limit_mb``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["indexer"]):
    from indexer.documents import Document
    from indexer.errors import SourceUnreadable
    from indexer.paper import Record
    from indexer.readers import BINARY_READERS, READERS, Reader, reader_for

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.samples import SAMPLES

FOLDER = Path(tempfile.mkdtemp(prefix="akin-fuzz-"))


def read(reader: Reader | None, content: bytes) -> None:
    """Read a document and look at every record.

    Raises:
        AssertionError: a record says nothing.
        ValueError: a record cannot be printed.
    """
    path = FOLDER / "document"
    path.write_bytes(content)
    document = Document(path, "document", given=True)
    try:
        if reader and not reader.recognises(document.head(), ""):
            return
        for found in (reader or reader_for(document)).read(document):
            shown = found.paper if isinstance(found, Record) else found
            assert found.line >= 1  # noqa: S101 — what is fuzzed for
            assert found.paper.title if isinstance(found, Record) else found.reason  # noqa: S101
            json.dumps(shown.to_json(), ensure_ascii=False, allow_nan=False).encode("utf-8")
    except SourceUnreadable:
        return


def main() -> None:
    """Hand the samples and the remaining arguments to libFuzzer."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    form = sys.argv.pop(1)
    readers = {reader.FORMAT: reader for reader in (*READERS, *BINARY_READERS)}
    if form != "all" and form not in readers:
        raise SystemExit(f"{form}: not one of all, {', '.join(readers)}")
    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for name, (_, content) in SAMPLES.items():
        if form in {"all", name}:
            (corpus / name).write_bytes(content)
    atheris.Setup(
        [*sys.argv, str(corpus), f"-artifact_prefix={FOLDER}/", "-max_len=4096"],
        lambda content: read(readers.get(form), content),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
