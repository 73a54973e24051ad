"""Of a table that nobody knows, the error names the columns and an option that would read it."""

from __future__ import annotations

import pytest

from indexer.readers.column_guess import unknown_columns

LONG = "Wir hörten ein Jahr lang an zwölf Teichen, und nur nachts rief ein Frosch. " * 3

TABLES = {
    f'Nr;Titel des Beitrags;Kurzfassung;Jahr\n1;"Frösche; nachts";{LONG};2020\n': (
        "(Nr, Titel des Beitrags, Kurzfassung, Jahr)",
        "--columns 'title=Titel des Beitrags,abstract=Kurzfassung,year=Jahr'",
    ),
    f'c1,c2,c3\n7,"Frogs, and where they sleep","{LONG},\nand more"\n8,Toads by day,"{LONG}"\n': (
        "(c1, c2, c3)",
        "--columns title=c2,abstract=c3",
    ),
    "Nom\tQuoi\nA. Reed\tGrenouilles des étangs de Lima\nE. Sun\tLes crapauds du soir\n": (
        "(Nom, Quoi)",
        "--columns title=Quoi",
    ),
}


@pytest.mark.parametrize(("text", "said"), TABLES.items())
def test_the_option_is_made_of_the_columns(text, said):
    """Names tell in other languages, and where they do not, the length of the cells does."""
    found = unknown_columns(text)
    assert said[0] in found
    assert found.endswith(said[1])


@pytest.mark.parametrize("text", ["", "One line, with a comma", "Prose.\nOf two lines, at all.\n"])
def test_prose_is_no_table(text):
    """Lines with different numbers of commas are no rows."""
    assert unknown_columns(text) == ""
