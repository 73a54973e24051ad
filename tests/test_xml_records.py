"""XML cut into records: each by itself, broken ones reported in their place, nothing dangerous."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Rejection
from indexer.readers import xml_pieces, xml_window
from indexer.readers.xml_records import elements, root_of
from indexer.readers.xml_text import dated, find, text_at, text_of

BOMB = """<?xml version="1.0"?>
<!DOCTYPE set [
  <!ENTITY a "aaaaaaaaaa">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
  <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<set><r>&c;</r></set>"""
QUADRATIC = f"<!DOCTYPE set [<!ENTITY a '{'a' * 50_000}'>]><set><r>{'&a;' * 50_000}</r></set>"
EXTERNAL = '<!DOCTYPE set [<!ENTITY x SYSTEM "file:///etc/passwd">]><set><r>&x;</r></set>'
PARAMETER = '<!DOCTYPE set [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><set><r>1</r></set>'


def document(tmp_path: Path, content: str | bytes) -> Document:
    path = tmp_path / "set.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Document(path, "set.xml", given=True)


def found(tmp_path: Path, content: str | bytes, *names: str) -> list[tuple[int, str]]:
    """Line and text of each record, line and reason of each rejection."""
    return [
        (one.line, one.reason if isinstance(one, Rejection) else text_of(one.element))
        for one in elements(document(tmp_path, content), *(names or ("r",)))
    ]


def text(inner: str) -> str:
    return text_of(etree.fromstring(f"<r xmlns:mml='m' xmlns:xlink='x'>{inner}</r>"))


def test_records_come_with_the_line_they_begin_in(tmp_path):
    """Lines are counted over any line end, and far beyond 65,535."""
    filler = "<x>\r\n</x>" * 70_000
    content = f"<set>\n<r>first</r>\r\n  <r>second</r><r>\nthird</r>{filler}<r>last</r></set>"
    lines = [(2, "first"), (3, "second"), (3, "third"), (70_004, "last")]
    assert found(tmp_path, content) == lines


def test_a_line_within_a_long_record_is_right(tmp_path):
    """What is broken 70,000 lines into a record is found there."""
    ((line, reason),) = found(tmp_path, "<set>\n<r>" + "\n" * 70_000 + "</x></r></set>")
    assert line == 2
    assert reason == "broken XML in line 70002: Opening and ending tag mismatch: r line 2 and x"


def test_names_count_without_their_namespace(tmp_path):
    """Prefixed, default, and undeclared namespaces make no difference, ``records`` is no ``r``."""
    content = (
        '<s:set xmlns:s="urn:a"><s:r>a</s:r><r xmlns="urn:b">b</r><rr>x</rr>'
        "<un:r><un:name>c</un:name></un:r></s:set>"
    )
    assert found(tmp_path, content) == [(1, "a"), (1, "b"), (1, "c")]
    elements_ = [one.element for one in elements(document(tmp_path, content), "r")]
    assert text_at(elements_[2], "name") == "c"


def test_a_record_keeps_what_it_lies_in(tmp_path):
    """Its ancestors are there with their attributes, even ones over several lines."""
    content = '<set>\n<vol\n  id="1"\n  t="a > b">\n<r>x</r></vol><vol id="2"><r/></vol></set>'
    one, two = (found.element for found in elements(document(tmp_path, content), "r"))
    assert [one.getparent().get("id"), two.getparent().get("id")] == ["1", "2"]
    assert one.getparent().get("t") == "a > b"
    assert one.getparent().getparent().tag == "set"


def test_an_ampersand_that_nobody_escaped_is_one(tmp_path):
    """Files made by hand have it, and mean it."""
    assert found(tmp_path, "<set><r>AT&T, R & D &#38; &amp;</r></set>") == [(1, "AT&T, R & D & &")]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("<r>\n<b>x</r>", "broken XML in line 4: Opening and ending tag mismatch: b line 4 and r"),
        ("<r>x\n</b></r>", "broken XML in line 4: Opening and ending tag mismatch: r line 3 and b"),
        ("<r>\x0b</r>", "broken XML in line 3: PCDATA invalid Char value 11"),
        ("<r>&#11;</r>", "broken XML in line 3: xmlParseCharRef: invalid xmlChar value 11"),
        ("<r>&nosuch;</r>", "broken XML in line 3: Entity 'nosuch' not defined"),
        ('<r a="1" a="2">x</r>', "broken XML in line 3: Attribute a redefined"),
        ("<r a=>x</r>", "broken XML in line 3: AttValue: \" or ' expected"),
        ("<r>never ends\n", "<r> has no end: in line 4, another begins"),
        ("<r>]]></r>", "broken XML in line 3: Sequence ']]>' not allowed in content"),
        ("<r><!-- never ends </r>", "broken XML in line 3: Comment not terminated"),
        (f"<r>{'<a>' * 300}</r>", "broken XML in line 3: Excessive depth in document: 256"),
    ],
)
def test_a_broken_record_leaves_its_neighbours_alone(tmp_path, broken, reason):
    """It is rejected with the parser's message and the line in the file; the others are whole."""
    first, middle, last = found(tmp_path, f"<set>\n<r>first</r>\n{broken}<r>last</r>\n</set>")
    assert first == (2, "first")
    assert middle[0] == 3
    assert middle[1].startswith(reason)
    assert last == (3 + broken.count("\n"), "last")


def test_a_cut_file_yields_what_was_whole(tmp_path):
    """Cut in a record, a tag or between: what is before is there, and one rejection."""
    whole = "<set>\n<r>first</r>\n"
    for cut, reason in (
        ("<r><b>second", "the file ends within <r>: cut off?"),
        ("<r>second</r", "the file ends within <r>: cut off?"),
        ("<r>second</r ", "the file ends within <r>: cut off?"),
        ("", "the file ends within <set>: cut off?"),
        ("<", "text outside of any record"),
        ("<x", "a tag without an end"),
    ):
        assert found(tmp_path, whole + cut) == [(2, "first"), (3, reason)], cut


def test_a_record_that_never_ends_is_not_kept(tmp_path, monkeypatch):
    """One longer than any record is rejected, and the next one read; memory stays bounded."""
    monkeypatch.setattr(xml_pieces, "_LONGEST_RECORD", 5_000)
    monkeypatch.setattr(xml_window, "CHUNK", 1_000)
    monkeypatch.setattr(xml_window, "_HELD_BACK", 2_000)
    reason = "<r> is longer than any record"
    for long in ("<b>x</b>\n" * 2_000, "x" * 20_000, "\n" * 20_000):
        content = f"<set><r>{long}</r>\n<r>last</r></set>"
        lines = 2 + long.count("\n")
        assert found(tmp_path, content) == [(1, reason), (lines, "last")]
    content = f"<set><r>{'<b>x</b>' * 2_000}<r>last</r></set>"
    assert found(tmp_path, content) == [(1, reason), (1, "last")]


def test_records_and_tags_may_lie_across_chunks(tmp_path, monkeypatch):
    """Whatever the size of what is read at once, the same comes out."""
    content = (
        '<?xml version="1.0"?><!-- a > b --><set a="x > y">\n<r t="a > b">ä &lt; b</r><!-- <r>no'
        "</r> --><r t='>'/>\n<r><b>c</b></r></set>\n"
    )
    expected = [(2, "ä < b"), (2, ""), (3, "c")]
    for size in (1, 2, 3, 7, 20, 1_000):
        monkeypatch.setattr(xml_window, "CHUNK", size)
        assert found(tmp_path, content) == expected, size


@pytest.mark.parametrize("content", [BOMB, QUADRATIC, EXTERNAL, PARAMETER])
def test_a_document_that_declares_entities_is_refused(tmp_path, content):
    """Those that multiply, and those that name files or addresses."""
    with pytest.raises(SourceUnreadable, match=r"its DTD \(line \d\) declares entities"):
        found(tmp_path, content)


def test_a_later_document_that_declares_entities_is_refused(tmp_path):
    """The second of two in one file is no safer than the first."""
    with pytest.raises(SourceUnreadable, match="line 2"):
        found(tmp_path, "<set><r>1</r></set>\n" + EXTERNAL)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE set PUBLIC "-//NLM//DTD X, 1st January 2024//EN" "https://x.org/x.dtd">',
        '<!DOCTYPE set SYSTEM "file:///no/such/file.dtd">',
        "<!DOCTYPE set [ <!ELEMENT r (#PCDATA)> <!-- [x] --> ]>",
        "<!DOCTYPE set>",
    ],
)
def test_a_plain_doctype_is_passed_over(tmp_path, doctype):
    """No DTD is looked for, and one without entities does no harm."""
    assert found(tmp_path, f"{doctype}\n<set><r>x</r></set>") == [(2, "x")]


def test_characters_by_the_names_of_html_are_read(tmp_path):
    """No DTD defines them; XML's five stay, numbers of Windows-1252 are what was meant."""
    content = (
        "<set><r>a&nbsp;b &eacute;&alpha;&lt;&LT;&amp;amp;&AMP; &#146; &#x2014; &#x93;</r></set>"
    )
    assert found(tmp_path, content) == [(1, "a b éα<<&amp;& ’ — “")]


def test_documents_put_together_are_read_to_the_end(tmp_path):
    """Each with its own declaration, mark and DTD, as ``cat`` of several pages leaves them."""
    page = '\ufeff<?xml version="1.0"?>\n<!DOCTYPE set SYSTEM "x">\n<set><r>{}</r></set>\n'
    content = page.format("a") + page.format("b") + page.format("c")
    assert found(tmp_path, content) == [(3, "a"), (6, "b"), (9, "c")]


def test_a_document_that_begins_within_another_is_reported(tmp_path):
    """The first was cut off between two records, or within one."""
    page = '<?xml version="1.0"?><set>\n<r>{}</r>\n'
    assert found(tmp_path, page.format("a") + page.format("b") + "</set>") == [
        (2, "a"),
        (3, "another document begins within <set>: cut off?"),
        (4, "b"),
    ]
    assert found(tmp_path, "<set>\n<r>a\n" + page.format("b") + "</set>") == [
        (2, "<r> has no end: in line 4, another begins"),
        (4, "b"),
    ]


def test_what_lies_between_records_is_reported(tmp_path):
    """Text and stray tags, once for each gap; comments, instructions and other elements are not."""
    content = (
        "<set><title>fine</title>\n<r>a</r>\nstray <b>x</b> words\n<r>b</r><?pi?>\n<!-- <r>old</r>"
        " --><x>fine</x><r>c</r>\n</b><r>d</r></set>\nend"
    )
    assert found(tmp_path, content) == [
        (2, "a"),
        (3, "text outside of any record"),
        (4, "b"),
        (5, "c"),
        (6, "</b> where </set> should be"),
        (6, "d"),
        (7, "text outside of any record"),
    ]


def test_what_never_ends_between_records_is_reported(tmp_path):
    """A comment that swallows the rest of the file, a DOCTYPE, an end tag too many."""
    assert found(tmp_path, "<set><r>a</r>\n<!-- <r>b</r>\n</set>") == [
        (1, "a"),
        (2, "<!-- has no end up to that of the file"),
    ]
    assert found(tmp_path, '<!DOCTYPE set "x>\n<set><r>a</r></set>')[0] == (
        1,
        "a DOCTYPE without an end",
    )
    assert found(tmp_path, "<set><r>a</r></set></set>") == [(1, "a"), (1, "</set> too many")]


def test_elements_nested_without_end_take_no_memory(tmp_path):
    """They are reported once, and not kept."""
    reported = found(tmp_path, "<a>" * 10_000 + "<r>x</r>")
    assert [reason for _, reason in reported[:2]] == [
        "a tag longer than any, or elements nested too deep",
        "x",
    ]


def test_encodings_are_as_declared_or_marked(tmp_path):
    """Latin-1 (in truth Windows-1252), UTF-16 without a mark; what cannot be is ignored."""
    for encoding, declared in (
        ("utf-8", ""),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-32", ""),
        ("utf-8", "utf-16"),
        ("utf-8", "no-such"),
        ("utf-8", "ascii"),
    ):
        head = (
            f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
        )
        content = f"{head}\n<set><r>“é”</r></set>".encode(encoding)
        assert found(tmp_path, content) == [(2, "“é”")], (encoding, declared)
    content = '<?xml version="1.0" encoding="euc-jp"?><set><r>論文</r></set>'.encode("euc-jp")
    assert found(tmp_path, content) == [(1, "論文")]


def test_bytes_that_are_not_utf8_are_read_as_windows_1252(tmp_path):
    """As everywhere in akin, and counted."""
    one = document(tmp_path, b"<set><r>caf\xe9</r><r>\xc3\xa9</r></set>")
    assert [text_of(found.element) for found in elements(one, "r")] == ["café", "é"]
    assert one.repairs.decoded == 1


@pytest.mark.parametrize(
    ("head", "root"),
    [
        ("<set>", "set"),
        ('\ufeff<?xml version="1.0"?>\n<!-- <x> -->\n<a:set xmlns:a="b">', "set"),
        ('<!DOCTYPE set PUBLIC "a" "b">\n<?pi x?><set', "set"),
        ("<!DOCTYPE set [\n<!ENTITY a 'b'>\n]><set>", "set"),
        ("<!DOCTYPE html><html>", "html"),
        ("", ""),
        ("TY  - JOUR", ""),
        ("text <set>", ""),
        ("<?xml", ""),
        ("<!--" * 1_000, ""),
        ("<?a?>" * 10_000, ""),
        ("<" * 60_000, ""),
        ('<!DOCTYPE x "' + "[" * 60_000, ""),
    ],
)
def test_the_root_element_is_told_from_the_head(head, root):
    """Behind declaration, comments and DOCTYPE; ``""`` for what is no XML, and quickly."""
    assert root_of(head) == root


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("a <i>b</i><sup>2</sup>\n  c", "a b² c"),
        ("<fixed-case>BERT</fixed-case>s", "BERTs"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("a<br/>b", "a b"),
        ("<sec><title>Methods.</title><p>We</p></sec><sec><title>Why?</title><p>So</p></sec>",
         "Methods: We Why? So"),
        ("as shown<sup><xref>1</xref>,<xref>2</xref></sup>. See [<xref>3</xref>]",
         "as shown. See [3]"),
        ('Title<xref ref-type="fn">a</xref><xref>*</xref><fn><p>Funded</p></fn> end', "Title end"),
        ("<tex-math>O(n^2)</tex-math> time", "$O(n^2)$ time"),
        (r"<tex-math>\documentclass{minimal}\begin{document}$$\alpha$$\end{document}</tex-math>",
         r"$\alpha$"),
        (r"<alternatives><graphic/><tex-math>\beta</tex-math><mml:math><mml:mi>β</mml:mi></mml:math>"
         "</alternatives>!", r"$\beta$!"),
        (r"<inline-formula><tex-math>\beta</tex-math><mml:math><mml:mi>β</mml:mi></mml:math>"
         "</inline-formula>", r"$\beta$"),
        ("<alternatives><mml:math><mml:mi>x</mml:mi></mml:math><textual-form>ex</textual-form>"
         "</alternatives>", "x"),
        ("<alternatives/>none", "none"),
        ("<mml:math><mml:mrow>\n <mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup>\n"
         "<mml:mo>=</mml:mo><mml:mfrac><mml:mrow><mml:mi>a</mml:mi><mml:mo>+</mml:mo><mml:mi>b"
         "</mml:mi></mml:mrow><mml:mn>2</mml:mn></mml:mfrac></mml:mrow></mml:math>", "x^2=(a+b)/2"),
        ("<mml:math><mml:msubsup><mml:mi>a</mml:mi><mml:mi>i</mml:mi><mml:mn>2</mml:mn>"
         "</mml:msubsup><mml:msqrt><mml:mi>x</mml:mi><mml:mi>y</mml:mi></mml:msqrt></mml:math>",
         "a_i^2√xy"),
        (r'<mml:math><mml:semantics><mml:mi>γ</mml:mi><mml:annotation encoding="application/x-tex">'
         r"\gamma</mml:annotation></mml:semantics></mml:math>", r"$\gamma$"),
    ],
)  # fmt: skip
def test_markup_within_a_text_leaves_the_text(inner, expected):
    """Inline elements join, blocks part, headings lead, a formula is there once."""
    assert text(inner) == expected


def test_dates_in_parts_are_put_together():
    """As far as they go: year, month, day; in figures, or with the month's name."""
    for inner, expected in (
        ("<year>2020</year><month>3</month><day>7</day>", "2020-3-7"),
        ("<year>2020</year><month>Mar</month><day>7</day>", "2020 Mar 7"),
        ("<year>2020</year><day>7</day>", "2020"),
        ("<month>3</month>", ""),
    ):
        assert dated(etree.fromstring(f"<d>{inner}</d>")) == expected
    assert dated(None) == ""


def test_an_element_that_is_not_there_says_nothing():
    """No path leads to it, its text is empty."""
    element = etree.fromstring("<r><a> </a><b>x</b></r>")
    assert find(element, "c", "b/c") is None
    assert text_at(element, "a", "c") == ""
    assert text_at(element, "a", "b") == "x"
    assert text_of(None) == ""


PIECES = [
    *("<set>", "</set>", "<r>", "</r>", "<r/>", "<r", "</r", "<q>", "</q>", "<x:r>", "</x:r>"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<?xml ", "?>", "<!DOCTYPE set", "[", "]>", '"', "'", ">"),
    *("&", "&amp;", "&eacute;", "&x;", "text", "\n", "\r\n", "\x00", "\ud800", "é", " a='1'", "<"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_whatever_a_file_holds_is_read_to_its_end(content):
    """All that comes out is an element or a rejection, in the order of their lines.

    But for a DTD without an end, which nobody could read past: it is refused.
    """
    with tempfile.TemporaryDirectory() as folder:
        one = document(Path(folder), content.encode("utf-8", "surrogatepass"))
        try:
            lines = [found.line for found in elements(one, "r")]
        except SourceUnreadable:
            assert re.search(r"<!DOCTYPE set[^]]*\[", content)
            return
        assert lines == sorted(lines)
        assert not lines or lines[-1] <= content.count("\n") + 1
    root_of(content)
