"""The file of decisions: what is read and written, what is refused, what is left as it was."""

import json
import multiprocessing
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import DecisionsUnusable
from indexer.merging.decision_file import (
    NAME,
    Decision,
    add_decisions,
    place_beside,
    read_decisions,
    remove_decisions,
)

A, B, C, D = (letter * 16 for letter in "abcd")


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / NAME


def said(verdict: str, one: str, other: str, **more: object) -> str:
    """A line as somebody types it."""
    return json.dumps({"decision": verdict, "records": [one, other], **more})


def decision(verdict, one: str, other: str) -> Decision:
    return Decision.of(verdict, {one: f"Title {one[0]}", other: f"Title {other[0]}"}, "a test")


def test_a_decision_is_a_line_that_people_can_read(path):
    """Verdict, keys in order, their titles, the day, and where it was said."""
    (added,) = add_decisions(path, [Decision.of("apart", {B: "Örtliches", A: "Otters"}, "here")])
    (line,) = path.read_text("utf-8").splitlines()
    assert json.loads(line) == {
        "decision": "apart",
        "records": [A, B],
        "titles": ["Otters", "Örtliches"],
        "date": added.date,
        "where": "here",
    }
    (read,) = read_decisions(path).decisions
    assert (read.verdict, read.records, read.titles, read.line) == (
        *("apart", (A, B), ("Otters", "Örtliches")),
        1,
    )


def test_where_nothing_was_decided_there_is_no_file(path):
    """It is not made by reading; a file that is empty has a hash, as one that is not there not."""
    assert (read_decisions(path).decisions, read_decisions(path).sha256) == ((), None)
    assert not path.exists()
    path.touch()
    assert read_decisions(path).sha256 is not None


def test_what_hands_and_other_programs_do_to_it_is_read_all_the_same(path):
    """Sorted, with notes, empty lines, Windows' line ends and mark, capitals, and further keys."""
    lines = ["# read the PDFs", "", said("same", B.upper(), f" {A} "), said("apart", A, C, by="me")]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    found = read_decisions(path)
    assert [(one.verdict, one.records, one.line) for one in found.decisions] == [
        ("same", (A, B), 3),
        ("apart", (A, C), 4),
    ]
    assert (found.pairs("same"), found.pairs("apart")) == ([(A, B)], [(A, C)])
    path.write_text("\n".join(sorted(lines)), "utf-8")
    assert read_decisions(path).verdicts == found.verdicts


def test_nothing_that_others_wrote_is_lost(path):
    """Adding and taking back leave every other line as it is, to the byte."""
    before = f"# mine\r\n{said('apart', C, D)}\r\n\r\n{said('same', A, B, note='sure')}".encode()
    path.write_bytes(before)
    add_decisions(path, [decision("apart", A, C), decision("same", A, B)])  # the latter is there
    lines = path.read_bytes().splitlines(keepends=True)
    assert b"".join(lines[:4]) == before + b"\n"
    assert [json.loads(line)["records"] for line in lines[4:]] == [[A, C]]
    gone = remove_decisions(path, lambda pair: pair == (A, C))
    assert [one.records for one in gone] == [(A, C)]
    assert path.read_bytes() == before + b"\n"
    assert remove_decisions(path, lambda pair: A in pair and D in pair) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not JSON", "not JSON: is no JSON object, as each line must be"),
        ("<<<<<<< HEAD", "<<<<<<< HEAD: is no JSON object"),
        ('["same"]', r'\["same"\]: is no JSON object'),
        (said("smae", A, B), 'smae: the decision must be "same" or "apart"'),
        ('{"records": []}', 'null: the decision must be "same" or "apart"'),
        ('{"decision": "same", "records": ["x"]}', "the records must be the keys of two"),
        (said("same", A, "doi:10.1/x"), "doi:10.1/x: is no key of a record"),
        (said("same", A, "1e15"), "1e15: is no key of a record"),
        (said("apart", A, A.upper()), f"{A}: is one record, of which nothing is to be decided"),
        ('{"decision": "same", "reco', "is no JSON object"),
    ],
)
def test_a_line_that_says_nothing_is_named(path, line, reason):
    """With the file, the line and the value; nothing is written to such a file."""
    path.write_text(f"{said('same', A, B)}\n\n{line}\n", "utf-8")
    with pytest.raises(DecisionsUnusable, match=reason) as caught:
        read_decisions(path)
    assert caught.value.detail.startswith(f"{path}:3: ")
    assert (caught.value.context["file"], caught.value.context["line"]) == (str(path), 3)
    before = path.read_bytes()
    with pytest.raises(DecisionsUnusable):
        add_decisions(path, [decision("same", C, D)])
    assert path.read_bytes() == before


def test_bytes_that_are_no_text_are_named_by_their_line(path):
    """Half a file of another encoding is not half read."""
    path.write_bytes(said("same", A, B).encode() + b"\n" + said("same", C, D).encode("utf-16"))
    with pytest.raises(DecisionsUnusable, match=r"jsonl:2: .*is no JSON object"):
        read_decisions(path)


def test_a_folder_is_no_file_of_decisions(path):
    """What cannot be read is not taken for nothing."""
    path.mkdir()
    with pytest.raises(DecisionsUnusable, match="is no file"):
        read_decisions(path)


def test_the_same_and_apart_contradict_each_other(path):
    """Both lines are named."""
    path.write_text("\n".join([said("same", A, B), said("same", C, D), said("apart", B, A)]))
    with pytest.raises(
        DecisionsUnusable, match="same by line 1, and are apart by line 3"
    ) as caught:
        read_decisions(path)
    assert caught.value.context["lines"] == [1, 3]


def test_what_follows_from_several_lines_is_contradicted_by_another(path):
    """A same B, B same C, A apart C: all three lines are named, and no more."""
    lines = [said("apart", A, C), said("same", C, B), said("same", C, D), said("same", A, B)]
    path.write_text("\n".join(lines))
    with pytest.raises(DecisionsUnusable, match="by line 2 and line 4, and are apart by line 1"):
        read_decisions(path)


def test_a_decision_that_contradicts_the_file_is_not_written(path):
    """Nor is any other that came with it."""
    add_decisions(path, [decision("same", A, B), decision("same", B, C)])
    before = path.read_bytes()
    with pytest.raises(DecisionsUnusable, match="line 1 and line 2, and are apart by what is said"):
        add_decisions(path, [decision("same", A, D), decision("apart", A, C)])
    assert path.read_bytes() == before


KEYS = st.sampled_from([A, B, C, D])
SAID = st.lists(
    st.tuples(st.sampled_from(["same", "apart"]), KEYS, KEYS).filter(lambda one: one[1] != one[2]),
    max_size=6,
)


@given(SAID)
def test_decisions_are_refused_just_where_no_parting_of_records_fits_them(tmp_path_factory, stated):
    """By brute force over all ways to part four records into papers."""
    path = tmp_path_factory.mktemp("decisions") / NAME
    path.write_text("".join(said(*one) + "\n" for one in stated))
    fits = any(
        all((paper[one] == paper[other]) == (verdict == "same") for verdict, one, other in stated)
        for numbers in PARTINGS
        for paper in [dict(zip([A, B, C, D], numbers, strict=True))]
    )
    try:
        read_decisions(path)
    except DecisionsUnusable:
        assert not fits
    else:
        assert fits


PARTINGS = [(0, b, c, d) for b in range(4) for c in range(4) for d in range(4)]


def _write(path: Path, writer: int) -> None:
    for number in range(10):
        keys = [f"{writer:08x}{number:08x}", f"{writer:08x}{number + 99:08x}"]
        add_decisions(path, [decision("apart", *keys)])
        if number % 2:
            remove_decisions(path, lambda pair, key=keys[0]: key in pair)


def test_several_who_write_at_once_lose_nothing(path):
    """Processes that add and take back leave just what each meant to leave."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(path, writer)) for writer in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    kept = {one.records[0] for one in read_decisions(path).decisions}
    assert kept == {f"{w:08x}{n:08x}" for w in range(3) for n in range(0, 10, 2)}


def test_a_link_is_followed(path, tmp_path):
    """Of a file that is shared by a link, what it leads to is written."""
    shared = tmp_path / "shared.jsonl"
    shared.touch()
    path.symlink_to(shared)
    add_decisions(path, [decision("same", A, B)])
    assert path.is_symlink()
    assert read_decisions(shared).pairs("same") == [(A, B)]


def test_a_title_that_is_no_text_is_written_all_the_same(path):
    """Half a surrogate pair, which a source may hold, does not stop a decision."""
    add_decisions(path, [Decision.of("same", {A: "half \ud800", B: "b"}, "here")])
    assert read_decisions(path).decisions[0].titles == ("half ?", "b")


def test_it_lies_beside_the_first_source(tmp_path):
    """In a folder, beside a file; where all came through pipes, with the index."""
    folder, file = tmp_path / "papers", tmp_path / "more" / "a.ris"
    folder.mkdir()
    file.parent.mkdir()
    file.touch()
    index = tmp_path / "index"
    assert place_beside([folder, file], index) == folder / NAME
    assert place_beside([Path("-"), file, folder], index) == file.parent / NAME
    assert place_beside([Path("-")], index) == index / NAME


def test_the_order_of_lines_does_not_matter(path):
    """Whatever the order, the same is decided."""
    lines = [said("same", A, B), said("apart", C, D), said("same", D, A)]
    path.write_text("\n".join(lines))
    verdicts = read_decisions(path).verdicts
    for seed in range(3):
        path.write_text("\n".join(random.Random(seed).sample(lines, 3)))
        assert read_decisions(path).verdicts == verdicts
