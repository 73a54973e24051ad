"""The names that exports give their columns, without case, spaces and punctuation.

Scopus, IEEE Xplore, Springer, Web of Science, PubMed, Embase, EBSCO, ProQuest, Dimensions, Lens,
OpenAlex, Google Scholar (Publish or Perish), DBLP, Retraction Watch, Zotero, Rayyan, Covidence and
ASReview are among them. To teach akin another name, write it behind its field: what stands first
wins where a table has several.
"""

from __future__ import annotations

_NAMES = """
title: articletitle documenttitle itemtitle title titles primarytitle papertitle ti t1 displayname
abstract: abstract abstracts abstractnote abstracttext notesabstract ab n2 summary summaries
authors: authorfullnames authorsfullnames authors author authornames authorname authorlist
authors: authorshipsauthordisplayname firstauthors creators creator af au a1 bookauthors firstauthor
year: year publicationyear pubyear publishedyear yearpublished yearofpublication py
date: publicationdate datepublished publisheddate pubdate issuedate originalpaperdate onlinedate
date: coverdate dateofpublication date published publishedonline publicationdateonline
date: publicationdateprint pd da y1
month: month publishedmonth
day: day publishedday
venue: sourcetitle publicationtitle journal journaltitle journalname journalbook publicationname
venue: containertitle pubtitle publication booktitle venue venuename conference conferencejournal
venue: primarylocationsourcedisplayname hostvenuedisplayname sourcename secondarytitle
venue: anthologytitle bookseriestitle jo jf t2 journalref
categories: categories category primarycategory woscategories subjectcategories subjectareas
categories: fieldsofstudy terms
doi: doi itemdoi originalpaperdoi doiurl doilink idsdoi di
arxiv: arxivid arxiv arxivnumber arxivurl
pmid: pmid pubmedid originalpaperpubmedid pubmed idspmid medlinepmid
pmcid: pmcid pubmedcentralid idspmcid pmcreferencenumber
openreview: openreview openreviewid
acl: acl aclid anthologyid
url: ee url urls link links pdflink openurllink articleurl externalurl sourceurls sourceurl
url: permalink plink documenturl primarylocationlandingpageurl landingpageurl sourcelinkout
url: paperurl fulltexturl fulltextlink embaselink dimensionsurl doilink pdfurl entryid ur id
code: code hascode codeurl codelink codeurls github githuburl
keywords: authorkeywords keywords keyword manualtags ieeeterms indexkeywords subjectterms kw
keywords: automatictags tags tag keywordsplus meshterms mesh meshheadings descriptors
groups: groups collections
citation_key: citationkey citekey bibtexkey bibtexcitekey
volume: volume journalvolume vol bibliovolume vl
issue: issue journalissue issuenumber issueno number biblioissue
pages: pages pagination pagerange page pagenumbers
first_page: startpage pagestart firstpage bibliofirstpage spage
last_page: endpage pageend lastpage bibliolastpage epage
article_number: artno articlenumber articleno
publisher: publisher publishername
issn: issn issns eissn
isbn: isbn isbns
type: documenttype itemtype articletype contenttype doctype typeofreference referencetype type
type: publicationtype documentidentifier
language: language languageoforiginaldocument lang
editors: editors editor secondaryauthors bookeditors
note: note notes
"""


def _ranked(names: str) -> dict[str, dict[str, int]]:
    ranks: dict[str, dict[str, int]] = {}
    for line in names.strip().split("\n"):
        field, _, listed = line.partition(": ")
        of_field = ranks.setdefault(field, {})
        for name in listed.split():
            of_field.setdefault(name, len(of_field))
    return ranks


PREFERRED = _ranked(_NAMES)
"""Of each field, the names of its columns and their rank."""

# The header of Web of Science's tab-delimited files, in the words of its spreadsheets.
WOS_TAGS = dict(
    pair.split("=")
    for pair in (
        "PT=Publication Type;AU=Authors;BA=Book Authors;BE=Book Editors;GP=Book Group Authors;"
        "AF=Author Full Names;BF=Book Author Full Names;CA=Group Authors;TI=Article Title;"
        "SO=Source Title;SE=Book Series Title;BS=Book Series Subtitle;LA=Language;DT=Document Type;"
        "CT=Conference Title;CY=Conference Date;CL=Conference Location;SP=Conference Sponsor;"
        "HO=Conference Host;DE=Author Keywords;ID=Keywords Plus;AB=Abstract;C1=Addresses;"
        "C3=Affiliations;RP=Reprint Addresses;EM=Email Addresses;RI=Researcher Ids;OI=ORCIDs;"
        "FU=Funding Orgs;FP=Funding Name Preferred;FX=Funding Text;CR=Cited References;"
        "NR=Cited Reference Count;TC=Times Cited, WoS Core;Z9=Times Cited, All Databases;"
        "U1=180 Day Usage Count;U2=Since 2013 Usage Count;PU=Publisher;PI=Publisher City;"
        "PA=Publisher Address;SN=ISSN;EI=eISSN;BN=ISBN;J9=Journal Abbreviation;"
        "JI=Journal ISO Abbreviation;PD=Publication Date;PY=Publication Year;VL=Volume;IS=Issue;"
        "PN=Part Number;SU=Supplement;SI=Special Issue;MA=Meeting Abstract;BP=Start Page;"
        "EP=End Page;AR=Article Number;DI=DOI;DL=DOI Link;D2=Book DOI;EA=Early Access Date;"
        "PG=Number of Pages;WC=WoS Categories;WE=Web of Science Index;SC=Research Areas;"
        "GA=IDS Number;PM=Pubmed Id;OA=Open Access Designations;HC=Highly Cited Status;"
        "HP=Hot Paper Status;DA=Date of Export;UT=UT (Unique WOS ID)"
    ).split(";")
)
