"""How much likelier one letter follows another in English than in letters drawn by lot; our count.

Written by scripts/letter_pairs.py from the English texts of models/training/corpus (ours, CC BY 4.0): edit that.
"""

from __future__ import annotations

from typing import Final

LETTERS: Final = " abcdefghijklmnopqrstuvwxyz"
"""The order of rows and columns; a space stands for everything between two words."""
STEPS: Final = 4
"""Steps in one bit."""
LOWEST: Final = -7.0
"""Bits that `!` stands for; each character after it in ASCII stands for one step more."""
ROWS: Final = (
    "6C===8=9=B25<><?<-;AE85?%>%",
    "B%:<=#6:-=!8@=G&8!BBC7;3+@*",
    "<C1*$I!!,?:!@'!F%!A60A&!!A!",
    ":F!9!E!!E;!B?&#F!!=0@;%!!3!",
    "LA)#5C(3'?%!406B&%;<(5-'!:!",
    "K?.:?=61+3!1=8A37(D@<*9367&",
    'H?!"!A?!!D!!:!!G!!D)?<!&!-!',
    "J?,#'E%4D?!!8*:C(!@;+;!)!/!",
    "CF*!*K!!!C!!)(#C!!80<7!!!2!",
    "D50>>;<<!!!6?:H:5\"<DF'9!2),",
    "8D!$$H!!$:!+!,&G0!+1&J!!!!!",
    "K;(&(I0./C!)3.@5&!-@.2!0!0!",
    "GA-,@F6&$B!5F1&B1!1:6801!?!",
    'GE<!&H))"A!!+8+C>!88#:!$!@!',
    "I:';EC/C'<*86&4B%!';C70$!7\"",
    "D345:4>2)5#8<?E=:!C;?G8>./%",
    "EE&(0E$(=>!#E2%B?!B:<=!#!5!",
    "A0)!)!%%!%%!4/!-!!7%-O;!%!!",
    "I?,4<G*5)A!7378B-!9@<82.!=!",
    'K>*73C($>@!9423?6%#>D;!4!-"',
    'J>&1"B$!I>!!3+(B%!9;86!6!5!',
    "G7:77;-<#9!+?<B+=!FDC!$!!1!",
    ":>!#!N!!!C!!)!#>(!%(!!!!!1!",
    "EE#!(F(!EF!'.!=C\"!<8$!!!!.!",
    "IH+=!?#/.>!'/*!.B#!*F&!!02!",
    'L52+*>"#!4!!.2,J0!.>5(!.!!!',
    "GC-'4I'!4D!0124B!!-'+9!0'>>",
)
"""One row for each first letter, one character for each second letter."""
