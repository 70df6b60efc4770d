"""A verdict in words: headline, mark, reasons. What a sink says of a message now, and the journal later.

Invariants: words come before numbers; what was not judged is named first; every line is safe for a terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from guardian.finding import Finding, FindingKind
from guardian.judge_words import DOUBTS, judge_lines
from guardian.safe_text import safe_line
from guardian.tactics import is_known, name_for
from guardian.verdict import Outcome, PolicyMatch, Reason, Verdict

QUOTE_CHARS: Final = 160
"""Longest quote on a line."""
MOST_FINDINGS: Final = 4
"""Findings that are told in words, rules before the model; more would hide what matters."""

HEADLINES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.CLEAN: "clean: nothing in it matches your policies",
        Outcome.NOTICE: "notice: worth a second look",
        Outcome.FLAGGED: "flagged: this may be working on you",
        Outcome.UNSURE: "unsure: only a part could be judged",
        Outcome.UNSCREENED: "unscreened: this could not be judged",
    }
)

_DOUBTED: Final = "unsure: your judge doubts what was flagged"

MARKS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.CLEAN: "  ",
        Outcome.NOTICE: "- ",
        Outcome.FLAGGED: "! ",
        Outcome.UNSURE: "? ",
        Outcome.UNSCREENED: "x ",
    }
)
"""A shape for each outcome, so that nobody needs colour to tell them apart."""

COLOURS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.CLEAN: "",
        Outcome.NOTICE: "\x1b[36m",
        Outcome.FLAGGED: "\x1b[33m",
        Outcome.UNSURE: "\x1b[35m",
        Outcome.UNSCREENED: "\x1b[35m",
    }
)


NAME_COLUMNS: Final = 34
"""For a message's name in a table."""


def outcome_row(outcome: Outcome, name: str, reason: str, *, colour: bool) -> str:
    """One line of a table: mark, outcome, name of the message, reason (which is safe already)."""
    word = f"{MARKS[outcome]}{outcome.value:<10}"
    if colour and COLOURS[outcome]:
        word = f"{COLOURS[outcome]}{word}\x1b[0m"
    return f"{word} {_padded(safe_line(name, NAME_COLUMNS), NAME_COLUMNS)} {reason}".rstrip()


def _padded(text: str, columns: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(columns - used, 0)


def reason_lines(verdict: Verdict) -> list[str]:
    """In order: what was not judged, what it does (with its words), which policy and why, what one can do."""
    lines = [safe_line(reason_words(reason)) for reason in verdict.coverage.reasons]
    matched = verdict.matched
    wanted = {tactic for match in matched for tactic in match.tactics} | {f"policy:{match.id}" for match in matched}
    shown = [finding for finding in verdict.findings if finding.tactic in wanted]
    surest = sorted(shown, key=lambda finding: (finding.kind is not FindingKind.RULE, -finding.score))
    for finding in surest[:MOST_FINDINGS]:
        lines.append(_finding_line(finding))
    if len(surest) > MOST_FINDINGS:
        lines.append(f"and {len(surest) - MOST_FINDINGS} more reasons (--json lists them all)")
    for match in matched:
        lines += _policy_lines(match)
    lines += judge_lines(verdict)
    lines += [f"set aside: {safe_line(veto.say)} ({safe_line(veto.veto)})" for veto in verdict.vetoes]
    if matched and verdict.sender is not None:
        lines += [f"sender: {safe_line(line)}" for line in verdict.sender.lines()]
    lines += [f"you can: {safe_line(advice)}" for advice in verdict.advice]
    return list(dict.fromkeys(lines))


def score_lines(verdict: Verdict) -> list[str]:
    """The numbers behind a verdict, and what judged."""
    top = sorted(verdict.scores.items(), key=lambda item: -item[1])[:5]
    return [
        f"scores: risk {verdict.risk:.2f}; " + ", ".join(f"{name} {score:.2f}" for name, score in top),
        f"model {verdict.model_name} {verdict.model_sha256[:12]}, wall {verdict.wall}, "
        f"policies {verdict.policy_set[:19]}, {verdict.coverage.windows} windows, {verdict.elapsed_ms:.0f} ms",
    ]


def short_reason(verdict: Verdict, limit: int = 60) -> str:
    """One line for a table: what it does, or why it was not judged."""
    matched = [(match.title, match.tactics) for match in verdict.matched]
    return short_words(matched, [reason.say for reason in verdict.coverage.reasons], limit)


def short_words(matched: Collection[tuple[str, Iterable[str]]], not_judged: Iterable[str], limit: int = 60) -> str:
    """The same of what a verdict holds: titles and tactics of the policies that matched, and why it was not judged."""
    tactics = dict.fromkeys(tactic_name(tactic) for _, tactics in matched for tactic in tactics)
    words = ", ".join(tactics) or "; ".join(title for title, _ in matched) if matched else "; ".join(not_judged)
    return safe_line(words, limit)


def tactic_name(tactic: str) -> str:
    """Title of a tactic or a group; the id itself where this version of Guardian does not know it."""
    return name_for(tactic) if is_known(tactic) else tactic


def headline(verdict: Verdict) -> str:
    """The outcome in a few words."""
    reasons = verdict.coverage.reasons
    if verdict.outcome is Outcome.UNSURE and reasons and all(reason.code == DOUBTS for reason in reasons):
        return _DOUBTED
    return HEADLINES[verdict.outcome]


def reason_words(reason: Reason) -> str:
    """Why a message is not shown as fully judged; not yet safe for a terminal."""
    return reason.say if reason.code == DOUBTS else f"not judged: {reason.say}"


def _finding_line(finding: Finding) -> str:
    quotes = list(dict.fromkeys(f'"{safe_line(span.quote, QUOTE_CHARS)}"' for span in finding.spans if span.quote))[:2]
    return f"it {safe_line(finding.say)}{_where(finding)}" + (f": {' … '.join(quotes)}" if quotes else "")


def _where(finding: Finding) -> str:
    """What kind of text the words stand in, where it is none that a person sees; a disguise's own finding says it."""
    views = {span.view for span in finding.spans}
    if "hidden" in views:
        return " (hidden from the reader)"
    return " (disguised or encoded)" if "decoded" in views and finding.detector != "disguises" else ""


def _policy_lines(match: PolicyMatch) -> list[str]:
    record = [f"its record: {safe_line(match.record)}"] if match.record else []
    return [f"your policy: {safe_line(match.title)}. You wrote: {safe_line(match.why)}", *record]
