"""What a rule is, and how a book of rules is held against a text in linear time.

A rule is data: a RE2 pattern for one way of asking, with the reason why it is there. It is searched sentence
by sentence (see `guardian.detectors.passages`), so `.` in a pattern runs to the end of the sentence at most.

Scores are fixed per rule, not estimated:

| score | name | stands for |
|---|---|---|
| 0.9 | PLAIN | words that hardly anybody writes without meaning to take something |
| 0.6 | WEAK | words that ordinary people write too; worth a line, not an alarm |
| 0.3 | MENTION | the same words inside quotation marks: talked about, not said |

Invariants: no pattern uses `^` or `$` (a piece of a long sentence has edges of its own); a match is a verbatim
run of the text; the same text gives the same matches; cost is linear in the text.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.detectors.base import TOGETHER, Evidence
from guardian.detectors.passages import LONGEST_ASK, passages, plain, quoted_ranges
from guardian.finding import Finding, FindingKind, Span
from guardian.reading.base import View
from guardian.tactics import say_for

PLAIN: Final = 0.9
WEAK: Final = 0.6
MENTION: Final = 0.3

_REACH: Final = LONGEST_ASK
"""Characters that one match may span; two words further apart are not one ask."""
_NEAR: Final = 2
"""Sentences before and behind in which `needs` may stand."""
_MOST_SPANS: Final = 6
"""Spans that one finding shows; more would tell the owner nothing new."""
_RETRIES: Final = 4
"""Later starts that are tried in one sentence when a match is too long or excused."""

_SET_MEMORY_BYTES: Final = 16 << 20
"""Of a book's automaton. A set that runs out of memory finds nothing and says nothing, so there is room to spare."""
_PATTERN_MEMORY_BYTES: Final = 1 << 20
"""Of one pattern. One that runs out goes on more slowly without its cache; there are many, so each gets little."""

_ASKING: Final = (
    r"(?:ask|send|share|give|tell|text|call|request|need|demand|take|require|contact|phone|accept|forward|read|enter|type"
    r"|put|pay|buy|move|transfer|have|be|invite|use|threaten|charge)"
)
_DENIED_IN_SENTENCE: Final = (
    rf"\b(?:never {_ASKING}(?:s|ed|d|ing|n)?|(?:we|will|should) never|nobody|no one"
    r"|no (?:real|genuine|honest|legitimate|serious|bank|company|court|office|employee)"
    rf"|(?:we|will|would|do|does) not {_ASKING}|(?:we|they|it|who|that) (?:won't|don't|doesn't|wouldn't) {_ASKING})\b"
)
"""A promise not to ask, anywhere ahead in the sentence."""
_DENIED_IN_CLAUSE: Final = (
    r"\b(?:don'?t|do not|didn't|did not|must not|mustn't|cannot|can'?t|needn't|need not|not|without)\b"
)
"""A plain no, ahead in the same clause: 'don't worry, send it' stays an ask."""
_REPORTED: Final = (
    r"\b(?:they|callers?|criminals?|crooks?|thieves|people|scam(?:s|mers?)?|fraudsters?|phish\w*|swindlers?|someone"
    r"|somebody|anyone|anybody|messages?|texts?|(?:e-?)?mails?|letters?|hackers?|attackers?|stranger)\b.{0,60}?"
    r"\b(?:say|saying|says|tells?|telling|told|claim\w*|asks?|asking|asked|pretend\w*|poses?|posing|trick\w*)\b"
    r"|\b(?:says? i|told me|says? my|(?:asks?|asked|asking|wants?|tells|telling) (?:me|you|people|us))\b"
    r"|\b(?:scam|fraud|phishing|beware|examples?|such as|jailbreaks?|prompt injections?|watch out|warning signs?)\b"
)
"""What others are said to ask for."""
_GUARD_NAMES: Final = (
    r"\b(?:scam|fraud|phishing)[ -](?:filter|classifier|detector|scanner|guard|protection|app|alert|warning)s?\b"
)
"""Names of programs that have such a word in them."""
_CLAUSE_EDGES: Final = (",", ";", ":", " - ", "(", " and ", " but ", " just ", " or ")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of asking."""

    id: str
    """Short and stable, for tests and documents."""
    tactic: str
    """Id of the tactic that a match stands for."""
    score: float
    """PLAIN or WEAK."""
    pattern: str
    """RE2, case-insensitive, `.` matches any character; searched in one sentence."""
    why: str
    """What it stands for, and where it is known from."""
    unless: str = ""
    """RE2: where it matches in the same sentence, the words are not the ask."""
    needs: str = ""
    """RE2: what must stand within two sentences for the words to be the ask; empty for nothing."""
    say: str = ""
    """Guardian's sentence; empty for the tactic's own."""
    is_denial: bool = False
    """Whether the words are a denial themselves ("don't tell"). All others are excused by a denial ahead of
    them ("we will never ask you to")."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """One rule that matched, and where."""

    rule: Rule
    start: int
    end: int
    score: float
    """The rule's score, or MENTION where the words are quoted or reported of others."""


@dataclass(slots=True)
class RuleBook:
    """A family's rules, compiled once, when they are first used."""

    rules: tuple[Rule, ...]
    _set: Any = field(default=None, repr=False)
    _patterns: dict[str, Any] = field(default_factory=dict, repr=False)

    def matches(self, text: str) -> list[RuleMatch]:
        """Every match of every rule in `text`, in order of place; at most one a sentence and rule."""
        even = plain(text)
        pieces = passages(even)
        found: dict[tuple[str, int], RuleMatch] = {}
        quotes: list[tuple[int, int]] | None = None
        for number, (start, end) in enumerate(pieces):
            sentence = even[start:end]
            for index in self._hits(sentence):
                rule = self.rules[index]
                place = self._place(rule, sentence)
                if place is None or not self._joined(rule, even, pieces, number):
                    continue
                quotes = quoted_ranges(even) if quotes is None else quotes
                first, last = start + place[0], start + place[1]
                is_mention = _is_quoted(first, last, quotes) or self._is_reported(sentence, place[1])
                score = MENTION if is_mention else rule.score
                found.setdefault((rule.id, first), RuleMatch(rule, first, last, score))
        return sorted(found.values(), key=lambda match: (match.start, match.end, match.rule.id))

    def _hits(self, sentence: str) -> Sequence[int]:
        """Numbers of the rules that match somewhere in the sentence: one pass for all of them."""
        if self._set is None:
            import re2

            compiled = re2.Set.SearchSet(_options(_SET_MEMORY_BYTES))
            for rule in self.rules:
                compiled.Add(rule.pattern)
            compiled.Compile()
            self._set = compiled
        return sorted(self._set.Match(sentence) or ())

    def _place(self, rule: Rule, sentence: str) -> tuple[int, int] | None:
        """Where the rule matches within its reach, or None where it does not or is excused."""
        if rule.unless and self._compiled(rule.unless).search(sentence):
            return None
        pattern, start = self._compiled(rule.pattern), 0
        for _ in range(_RETRIES):
            match = pattern.search(sentence, start)
            if match is None:
                return None
            if match.end() - match.start() <= _REACH and not self._is_denied(
                rule, sentence, match.start(), match.end()
            ):
                return match.start(), match.end()
            start = match.start() + 1
        return None

    def _is_denied(self, rule: Rule, sentence: str, start: int, end: int) -> bool:
        if rule.is_denial:
            return False
        if self._compiled(_DENIED_IN_SENTENCE).search(sentence, 0, end):
            return True
        denial = self._compiled(_DENIED_IN_CLAUSE)
        last = max(_clause(sentence, end), start)
        return bool(denial.search(sentence, _clause(sentence, start), start) or denial.search(sentence, last, end))

    def _is_reported(self, sentence: str, end: int) -> bool:
        reported = self._compiled(_REPORTED)
        if reported.search(sentence, 0, end) is None:
            return False
        without_guards = self._compiled(_GUARD_NAMES).sub("guard", sentence[:end])  # a scam filter is no talk of scams
        return reported.search(without_guards) is not None

    def _joined(self, rule: Rule, text: str, pieces: Sequence[tuple[int, int]], number: int) -> bool:
        if not rule.needs:
            return True
        first = pieces[max(number - _NEAR, 0)][0]
        last = pieces[min(number + _NEAR, len(pieces) - 1)][1]
        return self._compiled(rule.needs).search(text[first:last]) is not None

    def _compiled(self, pattern: str) -> Any:
        if pattern not in self._patterns:
            import re2

            self._patterns[pattern] = re2.compile(pattern, _options(_PATTERN_MEMORY_BYTES))
        return self._patterns[pattern]


def rule_findings(detector: str, book: RuleBook, evidence: Evidence) -> list[Finding]:
    """One finding a tactic over all views of the message, strongest spans first; in order of place.

    Where earlier messages stand before this one, what an old one says by itself is not this one's, and what this one
    says by itself is not found again.
    """
    gathered: dict[str, list[tuple[RuleMatch, View]]] = {}
    for view in evidence.reading.views:
        if not view.seam:
            for match in book.matches(view.text):
                gathered.setdefault(match.rule.tactic, []).append((match, view))
    alone = {tactic: max(match.score for match, _ in found) for tactic, found in gathered.items()}
    for view in evidence.reading.views:
        if view.seam:
            for match in book.matches(view.text):
                is_joint = view.is_joint(match.start, match.end)
                if is_joint and match.score > alone.get(match.rule.tactic, 0.0):
                    gathered.setdefault(match.rule.tactic, []).append((match, view))
    return [_finding(detector, tactic, found) for tactic, found in gathered.items()]


def _finding(detector: str, tactic: str, found: list[tuple[RuleMatch, View]]) -> Finding:
    ranked = sorted(found, key=lambda pair: -pair[0].score)  # stable: order of place within one score
    strongest, where = ranked[0]
    spans: dict[Span, None] = {}
    for match, view in ranked[: 2 * _MOST_SPANS]:
        spans.setdefault(view.span(match.start, match.end))
    say, is_joint = strongest.rule.say or say_for(tactic), bool(where.seam)
    if is_joint:
        say = f"{say}, {TOGETHER}"
    return Finding(detector, tactic, strongest.score, say, tuple(spans)[:_MOST_SPANS], FindingKind.RULE, is_joint)


def _clause(sentence: str, end: int) -> int:
    """Where the clause begins in which the character before `end` stands."""
    return max(sentence.rfind(edge, 0, end) for edge in _CLAUSE_EDGES) + 1


def _is_quoted(start: int, end: int, quotes: Sequence[tuple[int, int]]) -> bool:
    """Whether at least half of `start` to `end` lies in one of the quotes, which are in order and do not overlap."""
    middle = (start + end) // 2
    before = bisect_right(quotes, (middle, sys.maxsize)) - 1
    if before < 0:
        return False
    low, high = quotes[before]
    return min(high, end) - max(low, start) >= (end - start) / 2


def _options(memory_bytes: int) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.dot_nl = True
    options.never_capture = True
    options.log_errors = False
    options.max_mem = memory_bytes
    return options
