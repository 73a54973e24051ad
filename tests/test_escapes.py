r"""Escapes of source code that stand in a text are read, and LaTeX that looks like them is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.escapes import unescaped
from indexer.cleaning.text import clean

ESCAPED = {
    r"Frogs sleep.\nAIMS: To wake them.\r\nRESULTS: None woke.\tEnd.\n": (
        "Frogs sleep. AIMS: To wake them. RESULTS: None woke. End."
    ),
    r"Pondlife in \u0141\u00f3d\u017a\u2014a \ud83d\udc38 story": "Pondlife in Łódź—a 🐸 story",
    r"She said \u201cno\u201d.\\nThen \\\"yes\\\", twice.": 'She said “no”. Then "yes", twice.',
    r"na\xefve frogs \xe2\x80\x93 caf\xc3\xa9s": "naïve frogs – cafés",
    r"wrapped where\nit was\nlong, and for rate of 5\%.\nnot once": (
        "wrapped where it was long, and for rate of 5%. not once"
    ),
    r"The \"pond\" and the \"lake\", so \"called.\"": 'The "pond" and the "lake", so "called."',
    r"see http:\/\/x.org\/a and\/or &lt;i&gt;this<\/i>": "see http://x.org/a and/or this",
    r"frogs \r\n toads\r\nnewts\r\nOTHERS": "frogs toads newts OTHERS",
    r"Ponds:\n- deep\n- wet\n1. of $\nu$ and \textbf{more}": "Ponds: - deep - wet 1. of ν and more",
    r"costs $5.\nMETHODS: we paid $6.\n\nDONE": "costs $5. METHODS: we paid $6. DONE",
    r"frogs don\'t mind \u003cb\u003erain\u003c/b\u003e": "frogs don't mind rain",
    "H&amp;amp;E of &amp;lt;i&amp;gt;Rana&amp;lt;/i&amp;gt;": "H&E of Rana",
}


@pytest.mark.parametrize(("text", "shown"), ESCAPED.items())
def test_escapes_are_read(text, shown):
    """Line ends, tabs, codes of characters, quotation marks and slashes, escaped once or twice."""
    assert clean(text) == shown


LATEX = [
    r"$\nu$, \rho, \times, \textbf{bold} \nabla f \rightarrow g, \u{o} \r{a} \t{oo}, a\\next",
    r"our \tool and \name are \nice, as \tR and $\nN$ and $x\nmax$; \alpha\nbeta",
    r"Zh\rightarrowEn, German\toFrench, $n\timesn$, [0,T)\timesR, LLaMA\nobreakdash-3",
    r"\begin{align} x=0,\notag \\ \ne{}\newline y\,\rnp \end{align}",
    r"Schr\"odinger, \"Uber, \'etude, na\"{\i}ve; {\it shelf\/}ful",
    r"the two new lines (\n\n), a token <\n>, and a tab '\t' between",
    r"C:\new\table.txt",
]


@pytest.mark.parametrize("text", LATEX)
def test_latex_is_left_alone(text):
    """Macros, accents and line breaks are LaTeX's, and what is spoken of is no line end."""
    assert unescaped(text) == text


@given(st.text(alphabet="\\nrtux09aeE\"'/ .{$", max_size=60))
def test_whatever_stands_there(text):
    """Reading ends, and what has no backslash is never touched."""
    assert isinstance(unescaped(text), str)
    assert unescaped(text.replace("\\", "")) == text.replace("\\", "")


def test_a_long_run_of_backslashes_is_gone_through_once():
    """Nothing is lost of it, and what stands around it is read; from each sign it took hours."""
    run = "\\" * 300_000
    assert unescaped(f"caf\\u00e9 {run} n\\x") == f"café {run} n\\x"
