"""LaTeX is read as pylatexenc reads it, whether the fast reader takes it or not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.cleaning.latex import (
    _fast_reader,
    _parse,
    _protect_prose,
    _read_formula,
    _read_slowly,
    latex_to_text,
)
from indexer.cleaning.latex_fast import NotSimpleError

# What the fast reader takes, and what it shows.
SIMPLE = {
    r"by 5\% \& \$3, a\_b, \#1": "by 5% & $3, a_b, #1",
    r"30% of $5 \emph{and} R&D": "30% of $5 and R&D",
    r"$10\times$, $\sim 3$, $a \le b$, $\ell_2$": "10×, ∼ 3, a ≤ b, ℓ₂",
    r"$x^2$, $x_{i}$, $10^{-3}$, $n^\alpha$": "x², x_i, 10^-3, n^α",
    r"$\alpha \beta x$ but \alpha \beta x": "αβ x but αβx",
    r"$\{ { a } { b } \}$ but { a } { b }": "{ a  b } but  a   b ",
    r"$x$ $$y$$ \(z\) \[w\] $\%$": "x \n    y\n z \n    w\n %",
    r"\textbf{a \textit{b} $c$} \emph d \texttt{e}": "a b c d e",
    r"$\mathcal{O}(n)$ in $\mathbb R^d$, $\text{if } \mathrm{d}x$": "𝒪(n) in ℝ^d, if dx",
    r"$\frac{a}{b}$, \frac12, $\sqrt{x}$, $\hat\theta y$": "a/b, 1/2, √(x), θ̂y",
    r"\url{a.org/b_c}, \href{a.org/~u}{here}": "a.org/b_c, here (a.org/\u00a0u)",
    r"\emph{at} https://a.org/~u?b=1&c#d": "at https://a.org/~u?b=1&c#d",
    r"\'e \"{o} \c{c} \v S \'\i, \^{\i}": "é ö ç Š í, î",
    r"\emph{a}~b\,c -- d --- e ``f'' ?`g": "a\u00a0b c – d — e “f” ¿g",
    r"$f''$ and $a & b$": "f” and a     b",
    r"\ours wins, \ours{} wins, \hl{it} wins, $\ours x$": "ours wins, ours wins, it wins, ours  x",
    r"\ΔQ and \emph{a}\—": "ΔQ and a—",
    r"{\bf a} \cite{b} \label{c}\textcolor{red}{d}\footnote{e}": "a <cit.> d[e]",
    r"a \\ b \item c": "a \n b \n  * c",
    r"\begin{itemize}\item a\end{itemize}": "\n  * a",
    r"\begin{equation*} a \end{equation*}": "\n    a\n",
    r"$\begin{cases} a \\ b \end{cases}$": "a \n b",
    r"a } b \emph{c { d": "a  b c  d",
    r"\keywords{a, b} c": "a, b c",
    r"\begin{array}{l} a & b \end{array}": "[ a & b ]",
    r"$x$ \[ \begin{array}{l} a \end{array} \] y": "x \n    [ a ]\n y",
    r"$\left(x\right)$, $\big[y\big]$, $\displaystyle z$": "(x), [y], z",
}

# What is left to pylatexenc, and what it shows.
NOT_SIMPLE = {
    r"$\sqrt[3]{x}$ of $y$": "√(x) of y",
    r"\verb|a_b| c": "a_b c",
    r"$\hat\mathbf{x}$ y": "x y",
    r"\cite[p. 3]{a} \emph{b}": "<cit.> b",
    "\\alpha\n\nb": "α\n\nb",
    r"a \\% b": "a \n",
    r"\(a \text{for $b$}\)": "a for b",
    r"\emph{a ": "a ",
    "{" * 31 + r"\emph{a}" + "}" * 31: "a",
}

TOKENS = r"""
\ { } $ $$ % & # ~ ^ _ [ ] | ( ) * ' ` - a é 5 \\ \( \) \[ \] \$ \% \' \" \textbf \frac \sqrt \href
\url \begin \end {itemize} \item \left \c \u \le \verb \bf \ours \cite
"""
WORDS = "the state-of-the-art model, it's 5% better; (see [1]) don't -- ''stop'' 3.5 \ue000 \n"
# Macros of several arguments have them in braces here: bare, they would take what they are next to.
# Accents have their letter, as on a run of words in braces they would be on each letter of it.
BARE = {"\\frac", "\\href", "\\verb", "\\begin", "\\end", "\\'", '\\"', "\\c", "\\u"}
WHOLE = [
    *(r"\frac{1}{2}", r"\href{http://x.org}{a b}", r"\verb|x y|", r"\begin{itemize}"),
    *(r"\'e", r"\c{c}"),
]
MIXED = st.lists(
    st.sampled_from(
        [
            *WHOLE,
            *sorted(set(TOKENS.split()) - BARE),
            *WORDS.split(" "),
            "a few plain words in a row",
        ]
    )
)

# Text that is mostly LaTeX as people write it: groups, formulas and environments closed.
PIECES = r"""
a b é 5 * + = ( ) [ ] . - -- --- `` '' ?` ~ & ^ _ ^2 _{i} {x} {ab} { a } {} \\ \% \& \$ \, \; \!
\' \" \c \~ \alpha \times \log \le \textbf \emph \text \mathrm \mathbb \mathcal \hat \frac \sqrt
\bf \ours \hl \cite \ref \href \url \footnote \textcolor \left \quad \{ \} \| \item \vspace
\keywords %s https://a.org/~b
"""
PIECE = st.sampled_from([*PIECES.split(), "\\ ", " ", " ", "\n", "\n\n", "\u00a0", " word "])
INSIDE = st.lists(PIECE, min_size=1, max_size=6).map("".join)
AROUND = [
    ("{", "}"),
    ("$", "$"),
    ("$$", "$$"),
    (r"\(", r"\)"),
    (r"\[", r"\]"),
    *((rf"\begin{{{name}}}", rf"\end{{{name}}}") for name in ("equation", "cases", "itemize")),
]
CLOSED = st.tuples(st.sampled_from(AROUND), INSIDE).map(lambda t: t[0][0] + t[1] + t[0][1])
WRITTEN = st.lists(PIECE | CLOSED, min_size=1, max_size=8).map("".join)
BROKEN = st.lists(st.sampled_from([*TOKENS.split(), " "]), max_size=14).map("".join)

# What is meant to hang a reader, and what it is shown as.
HOSTILE = {
    "dollars": ("$" * 20_000, "$" * 20_000),
    "opened braces": ("{" * 20_000 + r"\emph", "{" * 20_000 + r"\emph"),
    "closed braces": (r"\% a" + "}" * 20_000, "% a"),
    "backslashes": ("\\" * 20_000 + "a", "\n" * 10_000 + "a"),
    "fractions": (r"\frac" * 20_000, r"\frac" * 20_000),
    "opened fractions": (r"\frac{" * 20_000, r"\frac{" * 20_000),
    "opened fractions, not too deep": (r"\frac{" * 30, r"\frac{" * 30),
    "opened roots": (r"\sqrt[" * 30, r"\sqrt[" * 30),
    "opened links": (r"\href{" * 30, r"\href{" * 30),
    "opened formulas": (r"\(" * 20_000, r"\(" * 20_000),
    "opened environments": (r"\begin{a}" * 20_000, r"\begin{a}" * 20_000),
    "closed environments": (r"\end{a}" * 7_000 + "b", "b"),
    "formulas": (r"$\alpha$ " * 20_000, "α " * 20_000),
    "formulas side by side": ("$a$b" * 20_000, "ab" * 20_000),
    "a long name": ("\\" + "a" * 40_000, "a" * 40_000),
    "white space": (r"\emph" + " " * 40_000 + "{a", "a"),
    "lines": (r"\alpha" + "\n" * 20_000 + "{", "α" + "\n" * 20_000),
    "letters between dollars": ("$a" + " a" * 90_000 + "$", "a" + " a" * 90_000),
}


def read_fast(text: str) -> str:
    """Read with the fast reader alone."""
    return _fast_reader().read(_protect_prose(text))


@pytest.mark.parametrize(("raw", "shown"), SIMPLE.items())
def test_the_fast_reader_takes_what_abstracts_are_full_of(raw, shown):
    """Simple LaTeX is read without pylatexenc's parser, with the result that it would have."""
    assert read_fast(raw) == shown
    assert _read_slowly(_protect_prose(raw)) == shown


@pytest.mark.parametrize(("raw", "shown"), NOT_SIMPLE.items())
def test_what_is_not_simple_is_left_to_pylatexenc(raw, shown):
    """LaTeX outside the fast reader's grammar is read all the same."""
    assert latex_to_text(raw) == shown


@pytest.mark.parametrize("raw", [raw for raw in NOT_SIMPLE if "$" not in raw])
def test_the_fast_reader_does_not_guess(raw):
    """The fast reader makes nothing of a text that is not simple."""
    with pytest.raises(NotSimpleError):
        read_fast(raw)


def test_one_hard_formula_leaves_the_rest_to_the_fast_reader():
    """A closed formula that is not simple is read by itself, and the text around it fast."""
    assert read_fast(r"\emph{a} $\sqrt[3]{x}$ b") == "a √(x) b"


@pytest.mark.parametrize("formula", [r"$a$ b", r"$\frac{1}$", r"$a}$", r"$\left{a$"])
def test_a_formula_that_reaches_out_is_not_read_by_itself(formula):
    """Where braces or arguments do not end within the dollars, the text around decides."""
    with pytest.raises(NotSimpleError):
        _read_formula(formula)


@given(WRITTEN | BROKEN)
@example(r"$\hat\alpha b$\hat\alpha b")
@example(r"\textbf{$a$ \frac{1}{$b$}}")
@example(r"$\ours{a} \ours b$ \hl {c}")
@example(r"$$\text{a \% b} & c$$ \{ \'\i\'")
def test_both_readers_show_the_same(text):
    """With the fast reader, every text becomes what pylatexenc alone makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.cleaning.latex._set_prose_aside", lambda text: (text, []))
        shown = latex_to_text(text)
        patch.setattr("indexer.cleaning.latex._read", _read_slowly)
        assert shown == latex_to_text(text)


@given(MIXED.map(" ".join))
@example("\\[ \\verb|x y| ' ' \n a")
@example("\\textbf a few plain words and \\' e more of them in a long row $x$ of plain words here")
def test_setting_prose_aside_changes_nothing_but_the_speed(text):
    """Runs of plain words come out as they would of pylatexenc, whose indents nobody keeps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.cleaning.latex._read", _read_slowly)
        shown = latex_to_text(text)
        patch.setattr("indexer.cleaning.latex._set_prose_aside", lambda text: (text, []))
        assert shown.split() == latex_to_text(text).split()


@pytest.mark.parametrize(("raw", "shown"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_latex_is_read_or_left_as_it_is(raw, shown):
    """What would take pylatexenc for ever, or to the end of the stack, comes to an end."""
    assert latex_to_text(raw) == shown


def test_reading_again_and_again_is_given_up():
    """Unclosed arguments, which pylatexenc alone would read 2³⁰ times, are an error."""
    with pytest.raises(ValueError, match=r"\\frac"):
        _parse(r"\frac{" * 30, tolerant=True)


def test_what_is_too_long_for_an_abstract_is_left_as_it_is():
    """A text beyond 200,000 characters is not searched for LaTeX."""
    text = r"\emph{a}" + "b" * 200_000
    assert latex_to_text(text) == text


def test_reading_depends_on_no_text_read_before():
    """The title of one text does not show up in another."""
    assert latex_to_text(r"\title{A} \author{B} b") == "A B b"
    assert latex_to_text(r"\maketitle c \today") == "c "
