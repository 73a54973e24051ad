"""From the paths that a user names to documents."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import threading
from pathlib import Path

import pytest

from indexer.documents import Document, Line
from indexer.errors import SourceMissing, SourceUnreadable
from indexer.sources import find_documents


def tree(root: Path, *names: str) -> Path:
    """Write each name below root, its own name as its content, and return root."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return root


def names(*sources: Path) -> list[str]:
    return [document.name for document in find_documents(sources)]


def document(path: Path, content: bytes) -> Document:
    path.write_bytes(content)
    return Document(path, path.name, given=True)


def test_a_missing_source_is_named(tmp_path):
    """A path that is not there stops everything, and the error names it."""
    missing = tmp_path / "no" / "such.txt"
    with pytest.raises(SourceMissing, match="no such file or folder") as caught:
        find_documents([tree(tmp_path / "papers", "a.md"), missing])
    assert str(missing) in caught.value.detail
    assert caught.value.context == {"file": str(missing)}


def test_folders_are_walked_in_name_order_without_hidden_files(tmp_path):
    """Files come before the folders beside them, each in name order; hidden ones stay out."""
    folder = tree(tmp_path / "papers", "b.md", "a.txt", "z/1.md", "c/2.md", "c/d/3.md")
    tree(folder, ".hidden.md", ".git/x.md", "c/.DS_Store")
    assert names(folder) == [
        "papers/a.txt",
        "papers/b.md",
        "papers/c/2.md",
        "papers/c/d/3.md",
        "papers/z/1.md",
    ]


def test_a_hidden_file_that_is_named_is_read(tmp_path):
    """The user's word goes before the rule on hidden files."""
    assert names(tree(tmp_path, ".notes.md") / ".notes.md") == [".notes.md"]


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    """A named pipe in a folder is told of: to open it would wait for ever."""
    folder = tree(tmp_path / "papers", "a.md")
    os.mkfifo(folder / "pipe")
    whole, pipe = find_documents([folder])
    assert (whole.problem, pipe.name) == ("", "papers/pipe")
    assert "a pipe, socket or device" in pipe.problem


def test_a_file_named_twice_is_read_once(tmp_path, monkeypatch):
    """Path, folder, relative path and symbolic link of one file make one document."""
    folder = tree(tmp_path / "papers", "a.md", "b.md")
    (folder / "link.md").symlink_to(folder / "a.md")
    monkeypatch.chdir(folder)
    found = find_documents([folder, folder, Path("a.md"), folder / ".." / "papers" / "a.md"])
    assert [document.path.resolve().name for document in found] == ["a.md", "b.md"]


def test_a_file_that_is_named_is_marked_as_given(tmp_path):
    """A file named beside its folder counts as named, for errors in it are the user's to know."""
    folder = tree(tmp_path / "papers", "a.md", "b.md")
    for sources in ([folder, folder / "a.md"], [folder / "a.md", folder]):
        given = {document.path.name: document.given for document in find_documents(sources)}
        assert given == {"a.md": True, "b.md": False}


def test_names_stay_when_the_folder_moves(tmp_path, monkeypatch):
    """A moved folder, one given relatively and one given as a dot yield the same names."""
    folder = tree(tmp_path / "here" / "papers", "a.md", "c/b.md")
    moved = Path(shutil.copytree(folder, tmp_path / "far" / "away" / "papers"))
    expected = ["papers/a.md", "papers/c/b.md"]
    assert names(folder) == names(moved) == expected
    monkeypatch.chdir(moved)
    assert names(Path()) == names(Path("../papers")) == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
    ],
)
def test_a_file_without_text_is_unreadable(tmp_path, content, problem):
    """An empty or binary file is a typed error with path and finding."""
    path = tmp_path / "file.txt"
    with pytest.raises(SourceUnreadable) as caught:
        document(path, content).head()
    assert caught.value.detail.startswith(f"{path}: ")
    assert problem in caught.value.detail
    assert caught.value.context == {"file": str(path)}


@pytest.mark.parametrize("kind", ["dangling link", "folder", "forbidden"])
def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path, kind):
    """What the system refuses to open is a typed error with path and the system's reason."""
    path = tmp_path / "a.md"
    if kind == "dangling link":
        path.symlink_to(tmp_path / "gone.md")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("text")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
    with pytest.raises(SourceUnreadable, match="cannot be opened: ") as caught:
        Document(path, "a.md", given=True).head()
    assert caught.value.context == {"file": str(path)}


def test_the_head_is_text_whatever_the_bytes(tmp_path):
    """The head drops a byte-order mark and replaces what is not UTF-8."""
    assert document(tmp_path / "a", b"\xef\xbb\xbfcaf\xe9").head() == "caf\ufffd"


def test_lines_are_numbered_whatever_their_ends(tmp_path):
    """Line ends of all systems count, a byte-order mark does not, bad bytes stay recognisable."""
    lines = document(tmp_path / "a", b"\xef\xbb\xbfone\r\ntwo\n\nf\xffur").lines()
    assert list(lines) == [Line(1, "one"), Line(2, "two"), Line(3, ""), Line(4, "fÿur")]


def test_a_document_is_hashed_by_its_bytes(tmp_path):
    """The hash is SHA-256 of the file as it lies on disk."""
    content = b"\xef\xbb\xbfone\r\ntwo"
    assert document(tmp_path / "a", content).sha256() == hashlib.sha256(content).hexdigest()


def test_names_are_as_long_as_it_takes_to_tell_them_apart(tmp_path):
    """Two files of one name are named with the folders that differ; others keep short names."""
    one, two, other = (tree(tmp_path / name, "papers.md") for name in ("a/x", "b/x", "c"))
    found = find_documents([one / "papers.md", two / "papers.md", other])
    assert [document.name for document in found] == [
        "a/x/papers.md",
        "b/x/papers.md",
        "c/papers.md",
    ]


def test_linked_folders_are_read_and_circles_end(tmp_path):
    """A link to a folder elsewhere is followed where that is asked for, once."""
    folder = tree(tmp_path / "papers", "a.md")
    elsewhere = tree(tmp_path / "elsewhere", "b.md")
    (folder / "link").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    assert [document.name for document in find_documents([folder], follow_links=True)] == [
        "papers/a.md",
        "papers/link/b.md",
    ]


def test_links_out_of_a_folder_are_not_followed_unasked(tmp_path):
    """They are told of; links within the folder, and a link that is itself named, are followed."""
    folder = tree(tmp_path / "papers", "a.md", "in/b.md")
    elsewhere = tree(tmp_path / "elsewhere", "secret.md")
    (folder / "file.md").symlink_to(elsewhere / "secret.md")
    (folder / "folder").symlink_to(elsewhere)
    (folder / "up").symlink_to("..")
    (folder / "same").symlink_to("in")
    (folder / ".hidden").symlink_to(elsewhere)
    found = {document.name: document for document in find_documents([folder])}
    assert {name: bool(one.problem) for name, one in found.items()} == {
        "papers/a.md": False,
        "papers/in/b.md": False,
        "papers/file.md": True,
        "papers/folder": True,
        "papers/up": True,
    }
    with pytest.raises(SourceUnreadable, match="out of the folder, not followed without --follow"):
        found["papers/file.md"].head()
    assert names(folder / "folder") == ["elsewhere/secret.md"]


def test_a_pipe_into_which_nobody_writes_is_refused(tmp_path, monkeypatch):
    """To open it and wait would be for ever."""
    monkeypatch.setattr("indexer.sources.LONGEST_WAIT", 0.0)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceUnreadable, match="pipe: nobody writes into this pipe"):
        find_documents([tmp_path / "pipe"], spool=tmp_path)


def test_a_pipe_is_read_to_its_end_however_it_comes(tmp_path):
    """Who has it open and writes late is waited for."""
    os.mkfifo(tmp_path / "pipe")
    lines = b"| Title | Abstract |\n" * 10_000

    def write():
        with (tmp_path / "pipe").open("wb") as pipe:
            pipe.flush()
            pipe.write(lines)

    writer = threading.Thread(target=write)
    writer.start()
    (copied,) = find_documents([tmp_path / "pipe"], spool=tmp_path)
    writer.join()
    assert copied.path.read_bytes() == lines


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null"])
def test_a_device_is_refused(tmp_path, device):
    """It may never end; so does what is piped in from one."""
    with pytest.raises(SourceUnreadable, match=f"{device}: no document, but a device"):
        find_documents([Path(device)], spool=tmp_path)


def test_a_device_for_standard_input_is_refused(tmp_path, monkeypatch):
    """``rebuild-index - < /dev/zero`` would fill the disk."""
    with Path("/dev/zero").open() as zeros:
        monkeypatch.setattr("sys.stdin", zeros)
        with pytest.raises(SourceUnreadable, match="-: no document, but a device"):
            find_documents([Path("-")], spool=tmp_path)


def test_a_socket_is_refused(tmp_path, monkeypatch):
    """It cannot be opened as a file is."""
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as open_socket:
        open_socket.bind("papers")
        with pytest.raises(SourceUnreadable, match="papers: no document, but a device or a socket"):
            find_documents([Path("papers")], spool=tmp_path)


def test_a_folder_within_a_folder_that_cannot_be_opened_is_told_of(tmp_path, monkeypatch):
    """The others are read; where it was itself named, that is an error."""
    folder = tree(tmp_path / "papers", "a.md", "closed/b.md")
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = {document.name: document.problem for document in find_documents([folder])}
    assert found == {
        "papers/a.md": "",
        "papers/closed": "cannot be opened: Permission denied",
    }
    with pytest.raises(SourceUnreadable, match="closed: cannot be opened: Permission denied"):
        find_documents([folder / "closed"])


def test_a_name_that_is_not_unicode_is_readable(tmp_path):
    """Bytes that are not UTF-8 in a file's name do not stop anything."""
    folder = tree(tmp_path / "papers", "a.md")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_text("text")
    names = [document.name for document in find_documents([folder])]
    assert names == ["papers/a.md", "papers/\ufffd.md"]


def test_a_link_to_itself_is_a_document_that_cannot_be_opened(tmp_path):
    """It stops nothing but itself: the files beside it are found."""
    folder = tree(tmp_path / "papers", "a.md")
    (folder / "loop").symlink_to("loop")
    found = {document.name: document for document in find_documents([folder])}
    assert found.keys() == {"papers/a.md", "papers/loop"}
    with pytest.raises(SourceUnreadable, match="cannot be opened"):
        found["papers/loop"].head()


def test_without_standard_input_there_is_nothing_to_read(tmp_path, monkeypatch):
    """A closed standard input is a typed error."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(SourceUnreadable, match="no standard input"):
        find_documents([Path("-")], spool=tmp_path)
