"""Cleaning: LaTeX becomes text, prose stays as it is, nothing is lost."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexer.cleaning.notices import split_copyright
from indexer.cleaning.text import (
    clean,
    clean_abstract,
    join_wrapped,
    links_code,
    links_in,
)

PROSE = [
    "30% of users, 50% of gains",
    "It costs $5 and $10 here",
    "It costs $10, or US$ 7.",
    "R&D at AT&T is #1",
    "a_b, x^k, {set} and ~5 ms",
    "see https://x.org/~bob/a_b%20c?x=1&y=2#top.",
    "``quoted'' -- and dashed --- text",
    "accents: Schrödinger, naïve, 東京, Γ",
]

# What a source wrote, and what a person reads.
LATEX = {
    r"\textbf{PRISM}, the \textit{first}": "PRISM, the first",
    r"\textbf{a \emph{b \textit{c}}} d": "a b c d",
    r"{\bf Bold} and {\it slanted}": "Bold and slanted",
    r"just 30\% of it": "just 30% of it",
    r"R\&D is \#1 at \$5": "R&D is #1 at $5",
    r"\emph{50%} more & \textbf{x} % y": "50% more & x % y",
    r"\emph{R&D} at #1": "R&D at #1",
    r"costs $5 and $10, \emph{not} more": "costs $5 and $10, not more",
    r"costs $5 with \textbf{ours} and $10 without": "costs $5 with ours and $10 without",
    r"($\le$ 5%), our method": "(≤ 5%), our method",
    r"$Γ$-distributed": "Γ-distributed",
    r"$\sim$10% of $5": "∼10% of $5",
    r"$10\times$ faster, 5% smaller": "10× faster, 5% smaller",
    r"$k$-NN in $\mathcal{O}(n \log n)$": "k-NN in 𝒪(n log n)",
    r"in \(O(n)\) time": "in O(n) time",
    r"\frac{1}{2} of $\frac{a}{b}$": "1/2 of a/b",
    r"\url{https://a.org/~b_c%20d}": "https://a.org/~b_c%20d",
    r"\href{https://a.org/x%20y}{here}": "here (https://a.org/x%20y)",
    r"\href{https://a.org/~u}{https://a.org/~u}.": "https://a.org/~u.",
    r"\emph{at} https://x.org/~bob#top": "at https://x.org/~bob#top",
    r"\'{e}cole na\"{\i}ve Schr\"odinger \c{c}a \v{S}": "école naïve Schrödinger ça Š",
    r"\textit{e.g.}~10\,\%": "e.g. 10 %",
    "two\\textbf{ }words \n\n and\u00a0more": "two words and more",
}

# An author's own macro stands for a name, or wraps its argument.
MACROS = {
    r"our \method wins": "our method wins",
    r"\ours, which wins": "ours, which wins",
    r"\ours{} wins": "ours wins",
    r"\LaTeX{} wins": "LaTeX wins",
    r"\hl{bright} and \hl {bright}": "bright and bright",
    r"\texttt{code}": "code",
    r"\textsf{code}": "code",
    r"\textup{code}": "code",
    r"\mbox{code}": "code",
    r"\textcolor{red}{code}": "code",
}

BROKEN = [
    r"a \frac",
    r"a \href{https://a.org}",
    r"a \textcolor",
    r"a \sqrt",
    r"a \url",
    "{" * 1100 + r"\emph{x}" + "}" * 1100,
    "a lone \\",
    "a lone $",
]

TOKENS = r"""
\ { } $ $$ % & # ~ ^ _ [ ] | ( ) ' ` - a é 5 \\ \( \) \[ \] \$ \% \' \" \textbf \frac \sqrt \href
\url \begin \end {itemize} \item \left \c \u \le \verb \bf \ours \cite
"""
LATEXISH = st.lists(
    st.sampled_from([*TOKENS.split(), " ", "\n", "\n\n", "\u00a0"]), max_size=14
).map("".join)


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_not_taken_for_latex(text):
    """What is special to TeX but is prose in an abstract stays as it was written."""
    assert clean(text) == text


@pytest.mark.parametrize(("raw", "read"), (LATEX | MACROS).items())
def test_latex_becomes_what_a_person_reads(raw, read):
    """Markup goes, its content stays, formulas become Unicode and links are kept."""
    assert clean(raw) == read


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: raw[:24])
def test_broken_latex_is_shown_as_written(raw):
    """LaTeX that cannot be read loses nothing and gains nothing."""
    assert clean(raw) == raw


@given(st.text() | LATEXISH)
@example("\\\ud800$")
@example("\\begin{array}{c}&")
def test_cleaning_never_fails_and_folds_white_space(text):
    """Any text can be cleaned, and the result holds no white space but single inner spaces."""
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Z"], exclude_characters="\\$<&-")))
def test_plain_text_only_has_its_white_space_folded(text):
    """Text without markup passes word by word, composed, and cleaning it again changes nothing."""
    assume(not re.search("[\ufb00-\ufb06\u2028\u2029]|[ÂÃÄÅÎÏÐÑâï]", text))
    cleaned = clean(text)
    assert cleaned == unicodedata.normalize("NFC", " ".join(text.split()))
    assert clean(cleaned) == cleaned


@given(st.lists(st.text("abcxyz", min_size=1), min_size=1), st.sampled_from(["textbf", "hl", "bf"]))
def test_words_around_and_within_a_macro_survive(words, macro):
    """A macro around a word takes no other word with it."""
    raw = " ".join(rf"\{macro}{{{word}}} {word}" for word in words)
    assert clean(raw) == " ".join(f"{word} {word}" for word in words)


def test_links_are_distinct_in_order_and_without_punctuation():
    """Links are read up to the punctuation of the sentence, each once."""
    text = "(see https://b.org/x_1), https://a.org/~u?q=1; and https://b.org/x_1."
    assert links_in(text) == ["https://b.org/x_1", "https://a.org/~u?q=1"]


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("code at https://github.com/a/b", True),
        ("code at https://github. com/zcxcf/EA-ViT.", True),
        ("code at gitlab.com/a", True),
        ("page at https://a.github.io/b", False),
        ("hosted on github.com", False),
        ("", False),
    ],
)
def test_a_link_to_a_host_of_code_is_seen(text, is_code):
    """A repository's link counts, even broken by a space; a host's mere name does not."""
    assert links_code(text) is is_code


# What a source wrote, and what a person reads.
DIRT = {
    "<p>H<sub>2</sub>O</p>": "H₂O",
    "<jats:p>One.</jats:p><jats:p>Two.</jats:p>": "One. Two.",
    "<jats:title>Methods</jats:title><jats:p>We look.</jats:p>": "Methods: We look.",
    "a<br/>b": "a b",
    '<span class="x" id=y>in</span>line': "inline",
    '<a href="https://x.org">here</a>': "here",
    "<!-- a comment -->text": "text",
    "R&amp;D &lt;i&gt;in&lt;/i&gt; &eacute;t&eacute; &#8211; &#x41;": "R&D in été – A",
    "&amp;amp; twice": "& twice",
    "an <answer>, a<b and c>d, <3, R&D; &no;": "an <answer>, a<b and c>d, <3, R&D; &no;",
    "CafÃ© and itâ€™s": "Café and it’s",
    "cafe\u0301": "café",
    "ﬁne eﬀect": "fine effect",
    "so\u00adft zero\u200bwidth \ufeffmark": "soft zerowidth mark",
    "a\x00b\x07c\x85d": "a b c d",
    "half \ud800 a pair": "half \ufffd a pair",
    "compu-\ntation of state-of-the-\nart": "computation of state-of-the-art",
    "a long-term and long-\nterm view": "a long-term and long-term view",
    "from Anglo-\nSaxon times": "from Anglo-Saxon times",
    "2010-\n2020": "2010- 2020",
    "x < 5 & y > 3": "x < 5 & y > 3",
}


# Of PubMed, Elsevier, Springer, JATS, Inspec, IEEE, Word; twice escaped; of namespaces not known.
MARKUP = {
    '<AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see.</AbstractText>\n '
    '<AbstractText Label="UNLABELLED">We saw.</AbstractText>': "AIM: To see. We saw.",
    "&lt;AbstractText Label=&quot;AIM&quot;&gt;To see.&lt;/AbstractText&gt;": "AIM: To see.",
    'N<ce:inf>2</ce:inf>, K<ce:sup loc="post">+</ce:sup> <ce:italic>in vivo</ce:italic>': (
        "N₂, K⁺ in vivo"
    ),
    "<Heading>Aim</Heading><Para>To see.</Para>": "Aim: To see.",
    '<Emphasis Type="Italic">p</Emphasis> &lt; .05 and n > 3': "p < .05 and n > 3",
    '<styled-content style="color:red">a</styled-content> <named-content content-type="g">b'
    "</named-content> <inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula>": (
        "a b x"
    ),
    '<formula formulatype="inline"><tex Notation="TeX">y</tex></formula> of <e1>Q</e1>.<<ETX>>': (
        "y of Q."
    ),
    '<tp:taxon xmlns:tp="x">Bryum</tp:taxon><o:p></o:p> <![CDATA[grows]]>': "Bryum grows",
    '<graphic id="g1"/>It is shown.': "It is shown.",
}


@pytest.mark.parametrize(("raw", "read"), MARKUP.items())
def test_markup_of_publishers_and_databases_leaves_its_text(raw, read):
    """Foreign elements go, in whatever namespace; what they label and part stays so."""
    assert clean(raw) == read


LIKE_MARKUP = [
    "patients with<or =5 and>or =6, p<0.05 and x > 3",
    "we end on <EOS>, </s> or <|end|>, and <mask> it",
    "a <think> and </think> around an <answer>yes</answer>",
    'the <tool name="x"> call fails',
    "links of <rdf:type> and <owl:sameAs>",
    "the pair <x, y> of <x>",
    "the <<Rotarod>> and <<open field>> tests",
]


@pytest.mark.parametrize("text", LIKE_MARKUP)
def test_what_looks_like_a_tag_and_is_none_stays(text):
    """Tokens of models, comparisons and terms in angle brackets are what a paper says."""
    assert clean(text) == text


@pytest.mark.parametrize(("raw", "read"), DIRT.items())
def test_dirt_is_cleaned_and_text_is_not(raw, read):
    """Tags of known names, entities, mojibake, odd characters: gone; what is text stays."""
    assert clean(raw) == read


ELSEVIER = "© 2020 Elsevier B.V. All rights reserved."
WILEY = "Copyright (c) 2019 John Wiley & Sons, Ltd."
APA = "(PsycINFO Database Record (c) 2019 APA, all rights reserved)"
NOTICES = {
    f"We win. {ELSEVIER}": ("We win.", ELSEVIER),
    "We win. (C) 2017 Elsevier Ltd.": ("We win.", "(C) 2017 Elsevier Ltd."),
    f"We win. {WILEY}": ("We win.", WILEY),
    f"We win. {APA}": ("We win.", APA),
    "We win © 2015 The Authors": ("We win", "© 2015 The Authors"),
    "© 2018 IEEE. We win.": ("We win.", "© 2018 IEEE."),
    "We win. © Pleiades Publishing, Ltd. 2024.": ("We win.", "© Pleiades Publishing, Ltd. 2024."),
    "We win. Copyright VC 2024 by ASME.": ("We win.", "Copyright VC 2024 by ASME."),
    "We win. Copyright:": ("We win.", "Copyright:"),
    "We win. [ABSTRACT FROM AUTHOR]": ("We win.", "[ABSTRACT FROM AUTHOR]"),
    "© 2018 IEEE.": ("", "© 2018 IEEE."),
    "Copyright law of 2010 is old. We win.": ("Copyright law of 2010 is old. We win.", ""),
    "In case (c) 2 of 3 fail.": ("In case (c) 2 of 3 fail.", ""),
    "The right is right.": ("The right is right.", ""),
    "": ("", ""),
}


@pytest.mark.parametrize(("text", "parts"), NOTICES.items())
def test_a_copyright_notice_is_parted_from_the_abstract(text, parts):
    """The notice at either end is no part of what a paper says, and is kept apart."""
    assert split_copyright(text) == parts


DATABASE = (
    "Copyright of Annals of Moss is the property of Bog & Sons Ltd. and its content may not be "
    "copied or emailed to multiple sites without the copyright holder's express written "
    "permission. Additionally, content may not be used with any machine learning technologies. "
    "However, users may print, download, or email articles for individual use. This abstract "
    "may be abridged. No warranty is given about the accuracy of the copy. Users should refer "
    "to the original published version of the material for the full abstract. (Copyright "
    "applies to all Abstracts.)"
)
LICENCE = (
    "© Eve Roe, Jan van der Moos. Originally published in the Moss Letters (https://moss.org), "
    "03.04.2019. This is an open-access article distributed under the terms of the Creative "
    "Commons Attribution License, which permits unrestricted use, distribution, and "
    "reproduction in any medium, provided the original work is properly cited. This copyright "
    "and license information must be included."
)
WORK = "© Published 2013. This article is a U.S. Government work and is in the public domain."
AUTHORS = "[ABSTRACT FROM AUTHOR]"
LONG_NOTICES = {
    f"Moss is wet. {AUTHORS} {DATABASE}": ("Moss is wet.", f"{AUTHORS} {DATABASE}"),
    f"{DATABASE} Moss is wet.": ("Moss is wet.", DATABASE),
    f"Moss is wet. {DATABASE[:250]}": ("Moss is wet.", DATABASE[:250]),
    f"Moss is wet. {AUTHORS} La mousse est humide. {AUTHORS}": (
        "Moss is wet. La mousse est humide.",
        f"{AUTHORS} {AUTHORS}",
    ),
    "Moss is wet. [ABSTRACT FROM PUBLISHER]": ("Moss is wet.", "[ABSTRACT FROM PUBLISHER]"),
    "Moss is wet. ABSTRACT FROM AUTHOR": ("Moss is wet.", "ABSTRACT FROM AUTHOR"),
    f"Moss is wet. {APA} (journal abstract)": ("Moss is wet.", f"{APA} (journal abstract)"),
    f"Moss is wet. {LICENCE}": ("Moss is wet.", LICENCE),
    "Moss is wet., (C) 2011 Bog & Sons, Inc.": ("Moss is wet.", "(C) 2011 Bog & Sons, Inc."),
    "Moss is wet. (copyright) 2009 Bog & Sons.": ("Moss is wet.", "(copyright) 2009 Bog & Sons."),
    "Moss is wet. © 2024 Informa UK Limited, trading as Taylor & Francis Group.": (
        "Moss is wet.",
        "© 2024 Informa UK Limited, trading as Taylor & Francis Group.",
    ),
    "Moss is wet. © 2016 Gesellschaft zur Moosforschung Bonn.": (
        "Moss is wet.",
        "© 2016 Gesellschaft zur Moosforschung Bonn.",
    ),
    f"Moss is wet. {WORK}": ("Moss is wet.", WORK),
    "© 2019 S. Karger AG, Basel. Moss is wet.": ("Moss is wet.", "© 2019 S. Karger AG, Basel."),
    f"{ELSEVIER} Moss is wet.": ("Moss is wet.", ELSEVIER),
}


@pytest.mark.parametrize(("text", "parts"), LONG_NOTICES.items())
def test_a_notice_of_any_length_is_parted_at_either_end(text, parts):
    """What databases and licences say at length is a notice to its end, and only to its end."""
    assert split_copyright(text) == parts


OF_COPYRIGHT = [
    "Copyright of maps is the property of those who draw them. We ask since when.",
    "Copyright of songs is the property of none, and their content may not be owned. We ask why.",
    "Who owns a song? Copyright 1976 Act revisions are compared with those of 1998.",
    'Notices ("All rights reserved") deter. Published by small presses, such books are rare.',
    "Do licences matter? All rights reserved licences were compared with open access ones.",
    "THE ACT IS REVISED. COPYRIGHT OWNERS AND USERS. COPYRIGHT 1976 ACT.",
    "Options are (a) 2010, (b) 2015. (c) 2020 wins by far.",
    "© 2020 was a mark on each page. We count pages.",
    "PsycINFO was searched record by record. Copyright was no obstacle.",
    "The model wrote [Abstract from memory] in front.",
]


@pytest.mark.parametrize("text", OF_COPYRIGHT)
def test_a_paper_about_copyright_is_not_cut(text):
    """A sentence that says more than a holder's name is the paper's own."""
    assert split_copyright(text) == (text, "")


def test_a_sign_within_a_text_ends_nothing():
    """What goes on behind a sign is no notice."""
    text = "We win. © 2020 is written here. " + "And on we go. " * 40
    assert split_copyright(text.strip()) == (text.strip(), "")


PREFIXES = {
    "Abstract: We win.": "We win.",
    "ABSTRACT We win.": "We win.",
    "Abstract—We win.": "We win.",
    "Summary. We win.": "We win.",
    "<jats:title>Abstract</jats:title><jats:p>We win.</jats:p>": "We win.",
    "AbstractBackground: We win.": "Background: We win.",
    "Abstract: Abstract: We win.": "We win.",
    "AbstractYouth wins.": "Youth wins.",
    "Abstract BackgroundPost-war wins.": "BackgroundPost-war wins.",
    "Abstract The winner wins.": "The winner wins.",
    "Abstract Meaning Representation wins.": "Abstract Meaning Representation wins.",
    "Abstract syntax trees win.": "Abstract syntax trees win.",
    "Abstract Syntax Trees win.": "Abstract Syntax Trees win.",
    "Summary statistics win.": "Summary statistics win.",
    "Results: We win.": "Results: We win.",
}


@pytest.mark.parametrize(("raw", "read"), PREFIXES.items())
def test_the_word_abstract_in_front_of_one_goes(raw, read):
    """A label is dropped; a first word that is meant stays."""
    assert clean_abstract(raw) == (read, "")


def test_text_that_a_program_wrapped_keeps_its_hyphens():
    """Programs break lines behind hyphens that are there anyway."""
    assert clean(join_wrapped("spatio-\n   temporal data\n   here")) == "spatio-temporal data here"


@given(st.text())
def test_an_abstract_and_its_notice_hold_all_that_was_said(text):
    """Parting off a notice moves text, and loses none."""
    text = clean(text)
    abstract, notice = split_copyright(text)
    assert sorted((abstract + notice).replace(" ", "")) == sorted(text.replace(" ", ""))


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ('<Emphasis Type="Italic">Poa annua</Emphasis>is green', "Poa annua is green"),
        ("<jats:italic>Poa</jats:italic>and <i>Carex nigra</i>are", "Poa and Carex nigra are"),
        ("seen in<i>Poa annua</i>here", "seen in Poa annuahere"),
        (
            "<i>Poa</i>ceae, un<i>break</i>able, <b>T</b>he, <i>H</i>is",
            "Poaceae, unbreakable, The, His",
        ),
    ],
)
def test_words_that_publishers_glued_to_a_tag_are_parted(raw, read):
    """Where a small word follows a tag as a whole, a space was lost; other letters go on a word."""
    assert clean(raw) == read


@pytest.mark.parametrize(
    ("raw", "abstract", "notice"),
    [
        (
            "Moss grows. [ABSTRACT FROM AUTHOR], Copyright of Moss is the property of Bog Press "
            "and its content may not be copied.",
            "Moss grows.",
            "[ABSTRACT FROM AUTHOR] Copyright of Moss is the property of Bog Press and its content "
            "may not be copied.",
        ),
        ("Moss grows., © 2020 Bog Press.", "Moss grows.", "© 2020 Bog Press."),
        ("Moss grows (C) 2019 Elsevier.", "Moss grows", "(C) 2019 Elsevier."),
    ],
)
def test_a_notice_leaves_no_comma_behind(raw, abstract, notice):
    """Neither what is left nor what is taken off has what stood between them."""
    assert clean_abstract(raw) == (abstract, notice)
