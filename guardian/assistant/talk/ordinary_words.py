"""Words that carry no claim about a message: they need not stand in its evidence.

Those that hold sentences together, and those in which anybody speaks about a message, a verdict and what to do. Made by
hand; a word is added where honest answers were marked for it, and none that could name a fact of the world.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
a about above after again against all almost alone along already also although always am among an and another any
anybody anyone anything are aren't around as at away back be became because become becomes been before behind being
below beside besides best better between beyond both briefly but by came can can't cannot certain certainly clear
clearly come comes could couldn't did didn't different do does doesn't doing don't done down during each either
else enough especially even ever every everybody everything exactly example except few first for from further get
gets give given gives giving go goes going gone good got had has hasn't have haven't having he her here hers
herself him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it's its itself just
keep keeps kind know known knows last least less let let's like likely little long look looks lot made mainly make
makes making many may maybe me mean means might mine more most mostly much must my myself near neither never next
no nobody none nor not nothing now of off often on once one ones only onto or other others otherwise our ours out
over own part particular perhaps plain plainly please point points possible possibly probably put quite rather
real really said same saw say saying says see seem seems seen several shall she should shouldn't shown shows side
simply since so some somebody someone something sometimes soon still such sure take taken takes tell telling tells
than that that's the their theirs them themselves then there there's therefore these they they're thing things
think this those though through thus to together too toward towards true try under unless until up upon us use
used usually very want wanted wants was wasn't way ways we well went were weren't what what's whatever when where
whether which while who whole whom whose why will with within without won't word words would wouldn't yes yet you
you'd you'll you're you've your yours yourself

answer answers asked asking asks assistant check concern concerns contain contains decide describe described
evidence explain explained explains flagged found guardian guess hold holds judge judged line lines matter matters
mention mentioned mentions message messages owner pattern policies policy question questions quote quoted quotes
reader reading reads reason reasons record recorded report rest rests rule rules score sender sentence sentences
speak speaks stand stands suggest suggests tactic tactics text threshold understand verdict write writer writes
writing written wrote
"""
ORDINARY: Final = frozenset(_WORDS.split())
