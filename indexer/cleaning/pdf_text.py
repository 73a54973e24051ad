"""What text that was copied out of a PDF holds: numbers of glyphs, and words cut at a line's end.

``arti(cid:173) ficial`` and ``arti- ficial`` are *artificial*. Whether ``a- b`` is one word shows
by the rest of the text, or by halves that stand alone nowhere: the commonest were counted in 61,000
abstracts. ``pre- and postnatal`` is as it should be, and what is in doubt stays as it is.
"""

from __future__ import annotations

import re

_SOFT = re.compile(r"(?<=[^\W\d_])\u00ad+\s+(?=[a-z])|\u00ad")
_SOFT_GLYPH = re.compile(r"(?<=[^\W\d_])\(cid:173\)\s*(?=[a-z])|\(cid:173\)")
_GLYPH = re.compile(r"\(cid:(\d{1,5})\)")
# fi in the fonts of TeX, by its older and its newer order.
_LIGATURES = dict(
    zip((*range(11, 16), *range(27, 32)), 2 * ("ff", "fi", "fl", "ffi", "ffl"), strict=True)
)
_CUT = re.compile(r"(?<![\w-])([^\W\d_]{2,})- ([a-z]{2,})(?![\w-])")
_JOINING = frozenset(
    "and or to und oder et ou y e o as nor versus vs bis bzw than but through from".split()
)
_FIRST_HALVES = frozenset(
    "abil abstrac accu activ aggre algo alterna ana analy annota anoma appli applica "
    "approxi architec arti artifi assess associa autoregres bet bidi bottle calcula capa "
    "catego categoriza charac characteris chromo clas classi classifi classifica clini "
    "com combina commit communi communica compa compara compe compu computa con concen "
    "concentra condi configu conse consis construc contem conti contri contribu contro "
    "convolu coor corre coun crite curricu cus demon demonstra depen determi deve diag "
    "diagno dif diffe differen dimen dimensi dis distribu educa effec effi elec eluci "
    "environ esti estima evalua experi expres extrac fea func functi funda gener genera "
    "geome hete heteroge hospi identi identifi imple implemen impor indepen indi individu "
    "infec infor informa inher ini inno insti institu instru integra intelli interac "
    "interpre interven investi ker labora likeli linguis litera literatu manipu manufac "
    "mathe mathemati matri mea measu mecha metabo meth modifica mole molecu mul "
    "multiplica natu necessi neu nonlin normaliza num objec obser observa occu opera "
    "operat opti optimi optimiza organi organiza orien parame parti partici participa pat "
    "pati percep perfor pharma phenom philosoph popula possi poten prac predic preven "
    "princi prob proba proce produc prog progno prope proper protec psycholo qualita quan "
    "quantita recog recogni recom redun reg regis regula rein rela relati relia repre "
    "represen resear satisfac scien segmen sema seman sensi signifi simi simula spe speci "
    "specifi sta stabi statis statisti strate struc sug supe suppor symp syste tech "
    "techni techno technolo tempera theo theore tradi transfor univer verifi vocabu".split()
)
_SECOND_HALVES = frozenset(
    "ality ance ances ary ated ating ber bilities bility ble bustness cally cant cation "
    "cational cations cesses cial ciency cient ciently cies cific cifically cision covery "
    "curacy cursive dancy dence dency ders dings duce duction eling els ence ences ent "
    "ents eral eralization erate eration erature erence erties ference ficance ficant "
    "ficantly fication fications ficial ficially ficiency ficient ficiently forcement "
    "formance formation gation gational gations gorithm gorithms gramming guage guages "
    "havior hension hood ical ically icant imental imum ing ings isting itive ity ization "
    "izations ject jected lation lations lem lems logical logically lowing lows lution "
    "lutions lyzed lyzing mance mances matic matically mation mations ment mental "
    "mentally mentation ments mization mizing monly namic namics nel nels nique niques "
    "nition nitive nology ods ological ology pare parison parisons pendent pendently "
    "perature periment perimental periments ple plementation plication plications "
    "plicitly proach proaches provement provements proximate putational rameters "
    "resentation resentations rical rically rior rithm rithms rization sents sible "
    "sification sion sional sions sistent sive sively straint straints sults tation "
    "tational tations tative tatively tems ter ternal tial tical tics tigate tigated "
    "tinal tinction tings tinuous tion tional tionally tions tionship tistical tistically "
    "tive tively tives tivity tor tribution tributions trons ture tures tween ularization "
    "ularly vices vided vidual viduals vironment vironments vised volution zation".split()
)
# Of compounds: their hyphen is a real one, and only the blank behind it is none.
_COMPOUNDING = frozenset(
    "cross data deep double early end evidence face first follow four full half health "
    "high higher large late life light long low lower mid near one open quasi random real "
    "risk second self semi short single small socio state third three time top two user "
    "well wide world zero".split()
)


def without_soft_hyphens(text: str) -> str:
    """Return a text without soft hyphens, the blank behind one gone with it."""
    return _SOFT.sub("", text)


def whole(text: str) -> str:
    """Return a text with the words whole that a PDF has cut.

    Args:
        text: in which ``(cid:`` or a hyphen before a blank occurs.
    """
    if "(cid:" in text:
        text = _GLYPH.sub(_glyph, _SOFT_GLYPH.sub("", text))
    return _CUT.sub(_joined, text) if _may_be_cut(text) else text


def _may_be_cut(text: str) -> bool:
    """Tell quickly whether a hyphen stands between a letter and a blank, and no dash."""
    at = text.find("- ")
    while at >= 0:
        if text[at - 1 : at].isalpha() and text[at + 2 : at + 3].islower():
            return True
        at = text.find("- ", at + 2)
    return False


def _glyph(glyph: re.Match[str]) -> str:
    around = glyph.string[: glyph.start()][-1:] + glyph.string[glyph.end() :][:1]
    inside = len(around) == 2 and around.isalpha()
    if ligature := _LIGATURES.get(int(glyph[1])):
        begins = glyph.string[glyph.end() :][:1].islower()
        return ligature if inside or begins else " "
    return "" if inside else " "


def _joined(cut: re.Match[str]) -> str:
    first, second = cut.groups()
    if second in _JOINING:
        return cut[0]
    folded = cut.string.casefold()
    joined = f"{first}{second}".casefold()
    if first.casefold() in _FIRST_HALVES or second in _SECOND_HALVES or _occurs(joined, folded):
        return first + second
    compound = f"{first}-{second}"
    if first.casefold() in _COMPOUNDING or _occurs(compound.casefold(), folded):
        return compound
    return cut[0]


def _occurs(word: str, text: str) -> bool:
    return word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
