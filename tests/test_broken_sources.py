"""What lies in a folder and is broken is skipped, as a whole, and said; what is named stops."""

import gzip
import io
import json
import zipfile

import pytest

from indexer import intake, reading, streams
from indexer.errors import SourceUnreadable
from indexer.ledger import SourceAccount
from indexer.paper import Rejection
from tests.conftest import table


def lines(count, start=0):
    """JSON lines of papers."""
    papers = (
        {"title": f"Newts of pond {n}", "abstract": f"Pond {n} has newts.", "authors": ["Ann Lee"]}
        for n in range(start, start + count)
    )
    return "".join(json.dumps(paper) + "\n" for paper in papers).encode()


def workbook(*parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return data.getvalue()


LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<PubmedArticleSet><PubmedArticle>&b;</PubmedArticle></PubmedArticleSet>"""
SHEET = ("xl/worksheets/sheet1.xml", "<worksheet>")
BROKEN = {
    "cut.jsonl.gz": (gzip.compress(lines(900))[:-40], "the gzip data is damaged"),
    "flipped.jsonl.gz": (
        (whole := gzip.compress(lines(900)))[:200] + b"\xff\xff\xff" + whole[203:],
        "the gzip data is damaged",
    ),
    "laughs.xml": (LAUGHS, "entities"),
    "book.xlsx": (workbook(("[Content_Types].xml", "<a/>"), SHEET), "the workbook is damaged"),
    "cut.xlsx": (workbook(("xl/workbook.xml", "<a/>"), SHEET)[:-30], "the workbook is damaged"),
    "bomb.jsonl.gz": (gzip.compress(lines(3) + b"\n" * 3_000_000), "decompression bomb"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_in_a_folder_costs_no_other(build, tmp_path, monkeypatch, name):
    """It is skipped with its reason, and nothing of it is kept; where it is named, all stops."""
    monkeypatch.setattr(streams, "_ALWAYS_FINE", 1 << 20)
    content, reason = BROKEN[name]
    table(tmp_path / "papers" / "a.md", ("Toads", "They croak."))
    table(tmp_path / "papers" / "z.md", ("Frogs", "They jump."))
    (tmp_path / "papers" / name).write_bytes(content)
    report = build(tmp_path / "papers", mapped="none")
    assert (report.papers, report.ledger.records) == (2, 2)
    (said,) = report.skipped
    assert name in said
    assert reason in said
    with pytest.raises(SourceUnreadable, match=reason):
        build(tmp_path / "papers" / name, tmp_path / "papers", mapped="none")


def test_a_large_one_leaves_nothing_with_its_helpers(build, tmp_path, monkeypatch):
    """What processes still do for a document that broke off is not taken for the next one's."""
    folder = tmp_path / "papers"
    folder.mkdir()
    monkeypatch.setattr(reading, "LARGE", 1 << 16)
    monkeypatch.setattr(reading, "PART", 1 << 15)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(lines(3000), 0)[:-1000])
    (folder / "b.jsonl").write_bytes(lines(1500, start=7000))
    report = build(folder, mapped="none", dry_run=True)
    (account,) = report.sources
    assert (account.source, account.records) == ("papers/b.jsonl", 1500)
    assert "a.jsonl.gz: the gzip data is damaged" in report.skipped[0]


@pytest.fixture
def meddled(monkeypatch):
    """Do something to a document's file while it is read."""

    def meddle(change):
        class Reader:
            FORMAT = "meddled"

            @staticmethod
            def read(document):
                yield Rejection(document.name, 1, "not yet", "")
                change(document.path)

        monkeypatch.setattr(intake, "reader_for", lambda document: Reader)

    return meddle


@pytest.mark.parametrize("given", [True, False])
def test_what_changes_while_it_is_read_is_not_half_there(build, tmp_path, meddled, given):
    """A file that is written to, or gone, is skipped in a folder, and stops the run if named."""
    path = table(tmp_path / "papers" / "a.md", ("Toads", "They croak."))
    for change, said in [
        (lambda file: file.write_text("more"), "was changed while it was read"),
        (lambda file: file.unlink(), "cannot be read: No such file"),
    ]:
        meddled(change)
        # Nothing else is there, so the reason is in an error either way.
        with pytest.raises(Exception, match=said):
            build(path if given else path.parent, mapped="none")


def test_what_vanishes_before_it_is_read_is_told_of(tmp_path, monkeypatch):
    """It was found, and then is not there."""
    path = table(tmp_path / "a.md", ("Toads", "They croak."))
    document = intake.Document(path, "a.md", given=False)
    path.unlink()
    with pytest.raises(SourceUnreadable, match="cannot be read: No such file"):
        list(intake._all_of(document, None, None, SourceAccount("a.md", "", "", "")))


def test_what_a_killed_build_copied_is_cleared_by_the_next(build, index, seeds):
    """The copy of a pipe lies with the build, and goes with it."""
    left = index.path / "generations" / ".building-scratch" / "tmp123"
    left.mkdir(parents=True)
    (left / "stdin").write_text("much")
    build(seeds, mapped="none")
    assert not left.exists()
