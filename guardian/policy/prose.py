"""A policy's prose, taken apart: what it wants flagged, and what it says is fine.

The encoder cannot read a negation ("it is fine when my bank writes"), but it can place each sentence among texts. So
sentences that permit go to the side of the fine examples, and the others to the side of the flagged ones.

Invariants: deterministic and pure; every sentence goes to one side; a prose without a permission is all to flag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from guardian.reading.sentences import split_sentences

_PERMITS = re.compile(
    r"""(?ix) \b (?:
        (?:it \s is|it['\u2019]s|that['\u2019]s|that \s is|is|are|are \s all|perfectly|all|also|always) \s
        (?:fine|ok|okay|allowed|welcome|harmless|normal|alright)
      | (?:don['\u2019]?t|do \s not|never|not) \s (?:flag|mind|count|warn|bother|include)
      | fine (?: \s (?:when|if|are|is|to|with|for) | (?= \s? : ) )
      | (?:except|unless|leave \s (?:out|alone)|let \s .{1,40} through|not \s meant)
      | (?:doesn['\u2019]?t|don['\u2019]?t) \s count
    ) \b
      | \A (?: please \s )? (?: ignore | exclude ) \b"""
)  # fmt: skip
"""How owners say that something may pass. The list is our own."""
_TURN = re.compile(r"(?i)[,;:\u2014\u2013-]?\s+(?:but|except|unless|though|although|while)\s+")
"""Where a sentence turns from what is meant to what is not."""


@dataclass(frozen=True, slots=True)
class Prose:
    """The two sides of a policy's prose."""

    flag: str
    """What it wants flagged; never empty where the prose is not."""
    fine: str
    """What it says is fine; may be empty."""


def split_prose(prose: str) -> Prose:
    """The sentences of `prose`, those that permit on one side and all others on the other."""
    flag: list[str] = []
    fine: list[str] = []
    for start, end in split_sentences(prose):
        sentence = prose[start:end].strip()
        turn = _TURN.search(sentence)
        if not _PERMITS.search(sentence):
            flag.append(sentence)
        elif turn and turn.start() and not _PERMITS.search(sentence[: turn.start()]):
            flag.append(sentence[: turn.start()].strip())
            fine.append(sentence[turn.end() :].strip())
        else:
            fine.append(sentence)
    if not flag:
        return Prose(prose.strip(), "")
    return Prose(" ".join(flag), " ".join(fine))
