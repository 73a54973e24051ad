"""Dates as sources state them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.dates import FIRST_YEAR, is_date, latest_year, parse_date

STATED = {
    "2014": (2014, None),
    "2014//": (2014, None),
    "2014-05": (2014, None),
    "2014-05-06": (2014, "2014-05-06"),
    "2014/5/6": (2014, "2014-05-06"),
    "2009/05/12/": (2009, "2009-05-12"),
    "2014-05-06T10:00:00Z": (2014, "2014-05-06"),
    "20210412": (2021, "2021-04-12"),
    "2013 Dec 31": (2013, "2013-12-31"),
    "DEC 31 2017": (2017, "2017-12-31"),
    "4 Feb 2014": (2014, "2014-02-04"),
    "February 4, 2014": (2014, "2014-02-04"),
    "Mon, 2 Apr 2007 19:18:42 GMT": (2007, "2007-04-02"),
    "2020 Jan-Feb": (2020, None),
    "Spring 2010": (2010, None),
    "7/31/2024 14:00": (2024, "2024-07-31"),
    "31/7/2024": (2024, "2024-07-31"),
    "3/4/2024": (2024, None),
    "c2010": (2010, None),
    "[2010]": (2010, None),
    "2014-02-30": (2014, None),
    "20123": (None, None),
    "0025": (None, None),
    "9999": (None, None),
    "in press": (None, None),
    "": (None, None),
}


@pytest.mark.parametrize(("stated", "expected"), STATED.items())
def test_a_date_gives_its_year_and_day(stated, expected):
    """The year wherever it stands, the day only where it is stated and exists."""
    assert parse_date(stated) == expected


@pytest.mark.parametrize(
    ("stated", "year"), [(2014, 2014), (2014.0, 2014), (0, None), (1e300, None), (True, None)]
)
def test_a_number_is_a_year(stated, year):
    """A number that no paper can be of is none."""
    assert parse_date(stated) == (year, None)
    assert parse_date(None) == (None, None)


@given(st.text(max_size=40) | st.from_regex(r"\d{1,5}[-/. ]?\d{0,3}[-/. ]?\d{0,5}", fullmatch=True))
def test_whatever_is_stated_gives_a_year_in_range_and_a_real_day(text):
    """No text fails, and a day is always of the year that is given with it."""
    year, day = parse_date(text)
    assert year is None or FIRST_YEAR <= year <= latest_year()
    assert day is None or (len(day) == 10 and int(day[:4]) == year)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        *[("MAR 2021", True), ("Mar-Apr 2021", True), ("15 MAR 2021", True), ("2021 Mar.", True)],
        *[("03/2021", True), ("2021-03-15", True), ("2021/03//", True), ("Winter 2021", True)],
        *[("2021", True), ("2nd ed. 2021", False), ("PMC2021", False), ("Revised 2021", False)],
        *[("12 2021 issue", False), ("March", False), ("12", False), ("", False)],
    ],
)
def test_a_text_is_a_date_if_it_is_nothing_else(text, alone):
    """Years with months, seasons and days are dates; editions and numbers are none."""
    assert is_date(text) is alone
