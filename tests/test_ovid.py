"""Citations, titles and names as Ovid writes them."""

from __future__ import annotations

import pytest

from indexer.readers.ovid import Citation, bare_name, citation, title_and_kind

CITATIONS = {
    "Journal of Moss June 2015;58(6):688-696": (
        "Journal of Moss",
        "June 2015",
        "58",
        "6",
        "688-696",
    ),
    "BOG'S Moss & Fern January/February 2010;14(1):56": (
        *("BOG'S Moss & Fern", "January/February 2010", "14", "1", "56"),
    ),
    "Moss 15 March 2012;119(11 Suppl 1):S1-S9": (
        *("Moss", "15 March 2012", "119", "11 Suppl 1", "S1-S9"),
    ),
    "Acta Musci October 1, 2012;6:e1-e9": ("Acta Musci", "October 1, 2012", "6", "", "e1-e9"),
    "The Moss Spring 2012;1(2 & 3):1-5": ("The Moss", "Spring 2012", "1", "2 & 3", "1-5"),
    "Musci. 2007 15 June; 433-441.": ("Musci", "2007 15 June", "", "", "433-441"),
    "Moss Proceedings. 2005; 9pp..": ("Moss Proceedings", "2005", "", "", "9"),
    "Moss & Fern. 201(2-3):327-334, November 15, 2004.": (
        *("Moss & Fern", "November 15, 2004", "201", "2-3", "327-334"),
    ),
    "Moss Letters. Vol.34(2), 2019, pp. 123-145.": ("Moss Letters", "2019", "34", "2", "123-145"),
    "Moss. 20 (3) (pp 1-9), 2020.": ("Moss", "2020", "20", "3", "1-9"),
    "Musci. 22 Suppl 1:S3-9, 2014 Jan.": ("Musci", "2014 Jan.", "22", "", "S3-9"),
    "Journal of Moss 12, Winter 2007: 7-14.": ("Journal of Moss", "Winter 2007", "12", "", "7-14"),
    "Moss Studies, 2013(1): 3-28.": ("Moss Studies", "2013", "2013", "1", "3-28"),
    "Roe, Eve [Editor], Fox, Al [Editor]. Handbook of moss.:371-397, 2004. Series: Moss": (
        *("Handbook of moss", "2004", "", "", "371-397"),
    ),
    "Moss Proceedings. Conference: 2nd Conference. 12 (no pagination), 2018.": (
        *("Moss Proceedings", "2018", "12", "", ""),
    ),
    "Moss: 15 February 2011 - Volume 29 - Issue 2 - p 1-5": (
        *("Moss", "15 February 2011", "29", "2", "1-5"),
    ),
    "Moss. In press": ("Moss", "", "", "", ""),
    "Moss. Published online in 2016": ("Moss", "2016", "", "", ""),
    "": ("", "", "", "", ""),
}


@pytest.mark.parametrize(("source", "parts"), CITATIONS.items())
def test_a_citation_comes_apart(source, parts):
    """Venue, date, volume, issue and pages are found in the order of each database."""
    assert citation(source) == Citation(*parts)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Moss.  [Article]", ("Moss", "Article")),
        (
            "Moss [of walls].  [Letters to the Editor]",
            ("Moss [of walls]", "Letters to the Editor"),
        ),
        ("[Moss of walls]", ("[Moss of walls]", "")),
        ("Moss [1]", ("Moss [1]", "")),
    ],
)
def test_a_title_s_kind_is_what_stands_last_in_brackets(written, parts):
    """What a title itself has in brackets stays."""
    assert title_and_kind(written) == parts


NAMES = {
    "Roe, Eve B. PhD, FRCP 1,*": "Roe, Eve B.",
    "Roe, Eve MD, MPH 1": "Roe, Eve",
    "Roe, Eve B. Ph.D., FACSM": "Roe, Eve B.",
    "Roe, Eve 1,2,+": "Roe, Eve",
    "Roe, Eve a,b": "Roe, Eve",
    "Roe, Eve1,2": "Roe, Eve",
    "Roe, Ph. 1": "Roe, Ph.",
    "Roe, J. C. 3": "Roe, J. C.",
    "Roe, Al Jr., MD": "Roe, Al Jr.",
    "Roe, Mary McDonald RN": "Roe, Mary McDonald",
    "Roe, Do Hyun MEd": "Roe, Do Hyun",
    "ROE, EVE ANN MD": "ROE, EVE ANN",
    "ROE, Eve.": "ROE, Eve",
    "Roe, YuM": "Roe, YuM",
    "Roe AB": "Roe AB",
    "Bog Group 1,2": "Bog Group",
    "Silva, Ana da": "Silva, Ana da",
}


@pytest.mark.parametrize(("written", "name"), NAMES.items())
def test_a_name_loses_degrees_and_marks_alone(written, name):
    """Initials, suffixes and names in capitals are none of these."""
    assert bare_name(written) == name
