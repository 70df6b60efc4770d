"""Common words that the tiny vocabulary holds as single tokens, so that a prompt is as many tokens as it has words and
not as it has letters.

Data; where it comes from: written by hand for these tests, function words of English and words of this house's prompts.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
the of and to in a is that it was for on are as with his they at be this from have or by one had not but what all were
when we there can an your which their said if do will each about how up out them then she many some so these would other
into has more her two like him see time could no make than first been its who now people my made over did down only way
find use may water long little very after words called just where most know get through back much before go good new
write our used me man too any day same right look think also around another came come work three word must because does
part even place well such here take why things help put years different away again off went old number great tell men
say small every found still between name should home big give air line set own under read last never us left end along
while might next sound below saw something thought both few those always looked show large often together asked house
don world going want school important until form food keep children feet land side without boy once animals life enough
took sometimes four head above kind began almost live page got earth need far hand high year mother light parts country
father let night following picture being study second eyes soon times story boys since white days ever paper hard near
sentence better best across during today others however sure means knew try told young miles sun ways thing whole hear
example heard several change answer room against top turned learn point city play toward five using himself usually
message messages policy policies owner sender text flag flags flagged judge judging label labels begin ends ask asks
asking asked question questions data instructions instruction follow ignore only between lines fence reply exactly one
word answers assistant system user model language prose definition definitions examples example fine conversation turn
turns earlier incoming output goal human called pressure gains quote whether money pay card cards code codes bank
account link click urgent invoice meeting tomorrow hello thanks please dear friend call phone email send
"""
COMMON: Final = tuple(dict.fromkeys(_WORDS.split()))
