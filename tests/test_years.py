"""A year or a range of years, as it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query.years import years

YEAR = st.integers(0, 9999)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", (2024, 2024)),
        ("2023..2025", (2023, 2025)),
        ("2023-2025", (2023, 2025)),
        ("2023–2025", (2023, 2025)),
        ("2023..", (2023, None)),
        ("2023-", (2023, None)),
        ("..2025", (None, 2025)),
        (">=2023", (2023, None)),
        (">2023", (2024, None)),
        ("<=2023", (None, 2023)),
        ("<2023", (None, 2022)),
        ("2025..2023", (2025, 2023)),
        *(
            (text, None)
            for text in ("", "..", "-", "24", "20245", "2024 ", "2024.", "=2024", "soon")
        ),
    ],
)
def test_every_form_of_a_range(text, expected):
    """A form is read as a whole or not at all."""
    assert years(text) == expected


@given(YEAR | st.none(), YEAR | st.none(), st.sampled_from(["..", "-", "–"]))
def test_what_is_written_is_read(first, last, dots):
    """Both ends of any range come back, but for one that is open on both sides."""
    ends = ("" if year is None else f"{year:04}" for year in (first, last))
    expected = None if first is None and last is None else (first, last)
    assert years(dots.join(ends)) == expected
