"""Words spelled in regional indicators, the letters that flags are made of.

Two of them side by side that name a country are its flag. Other letters spell.

Source: Unicode Technical Standard 51, annex B; country codes of CLDR.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.characters.base import LOOKALIKE, NOTHING, WEAK, Edit, Look, Trace

_FIRST: Final = 0x1F1E6
_SIGN: Final = "[\U0001f1e6-\U0001f1ff]"
_RUN: Final = re.compile(f"{_SIGN}(?:[ \u200b-\u200d\u2060\ufe0f\u00a0\u2009\u200a-]{{0,2}}+{_SIGN})*")
_BETWEEN: Final = re.compile(f"[^{_SIGN[1:-1]}]+")
_COUNTRY_LIST = (
    "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ"
    " CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ"
    " FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR"
    " IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM"
    " MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT"
    " PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL"
    " TM TN TO TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
_COUNTRIES: Final = frozenset(_COUNTRY_LIST.split())


def undo_flags(text: str, present: frozenset[str]) -> Look:
    """Spelled words as letters."""
    if text.isascii() or not any("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in present):
        return NOTHING
    edits, traces = [], []
    for match in _RUN.finditer(text):
        groups = [_spelled(group) for group in _BETWEEN.split(match.group())]
        if sum(map(len, groups)) < 3 or all(_are_flags(group) for group in groups):
            continue
        edits.append(Edit(*match.span(), "".join(groups).lower()))
        say = "spells words in the letters that flags are made of"
        traces.append(Trace("regional-indicators", LOOKALIKE, *match.span(), say, WEAK))
    return Look(edits, traces)


def _spelled(signs: str) -> str:
    return "".join(chr(ord(sign) - _FIRST + ord("A")) for sign in signs)


def _are_flags(letters: str) -> bool:
    return len(letters) % 2 == 0 and all(letters[at : at + 2] in _COUNTRIES for at in range(0, len(letters), 2))
