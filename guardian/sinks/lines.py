"""A verdict as plain lines: for standard error, for a terminal, and for a note above a text.

Invariants: words come before numbers; every line is safe for a terminal; what was not judged is named first.
"""

from __future__ import annotations

from guardian.finding import Finding, FindingKind
from guardian.gate import Screened
from guardian.safe_text import safe_line
from guardian.tactics import name_for
from guardian.verdict import Outcome, PolicyMatch

QUOTE_CHARS = 160
"""Longest quote on a line."""
MOST_FINDINGS = 4
"""Findings that are told in words, rules before the model; more would hide what matters."""

HEADLINES = {
    Outcome.CLEAN: "clean: nothing in it matches your policies",
    Outcome.NOTICE: "notice: worth a second look",
    Outcome.FLAGGED: "flagged: this may be working on you",
    Outcome.UNSURE: "unsure: only a part could be judged",
    Outcome.UNSCREENED: "unscreened: this could not be judged",
}


def headline(screened: Screened) -> str:
    """The outcome in a few words."""
    return HEADLINES[screened.verdict.outcome]


def reason_lines(screened: Screened) -> list[str]:
    """In order: what was not judged, what it does (with its words), which policy and why, what one can do."""
    verdict = screened.verdict
    lines = [f"not judged: {safe_line(reason.say)}" for reason in verdict.coverage.reasons]
    matched = verdict.matched
    wanted = {tactic for match in matched for tactic in match.tactics} | {f"policy:{match.id}" for match in matched}
    shown = [finding for finding in verdict.findings if finding.tactic in wanted]
    surest = sorted(shown, key=lambda finding: (finding.kind is not FindingKind.RULE, -finding.score))
    for finding in surest[:MOST_FINDINGS]:
        lines += _finding_lines(finding)
    if len(surest) > MOST_FINDINGS:
        lines.append(f"and {len(surest) - MOST_FINDINGS} more reasons (--json lists them all)")
    for match in matched:
        lines += _policy_lines(match)
    lines += [f"set aside: {safe_line(veto.say)} ({veto.veto})" for veto in verdict.vetoes]
    lines += [f"you can: {advice}" for advice in verdict.advice]
    return list(dict.fromkeys(lines))


def verdict_lines(screened: Screened, *, scores: bool = False) -> list[str]:
    """Headline and reasons; with `scores` the numbers behind them as well."""
    verdict = screened.verdict
    lines = [headline(screened), *(f"  {line}" for line in reason_lines(screened))]
    if scores:
        top = sorted(verdict.scores.items(), key=lambda item: -item[1])[:5]
        shown = ", ".join(f"{name} {score:.2f}" for name, score in top)
        lines.append(f"  scores: risk {verdict.risk:.2f}; {shown}")
        lines.append(
            f"  model {verdict.model_name} {verdict.model_sha256[:12]}, wall {verdict.wall}, "
            f"policies {verdict.policy_set[:19]}, {verdict.coverage.windows} windows, {verdict.elapsed_ms:.0f} ms"
        )
    return lines


def short_reason(screened: Screened, limit: int = 60) -> str:
    """One line for a table: what it does, or why it was not judged."""
    verdict = screened.verdict
    if verdict.matched:
        tactics = dict.fromkeys(name_for(tactic) for match in verdict.matched for tactic in match.tactics)
        words = ", ".join(tactics) or "; ".join(match.title for match in verdict.matched)
    else:
        words = "; ".join(reason.say for reason in verdict.coverage.reasons)
    return safe_line(words, limit)


def annotation(screened: Screened) -> str:
    """A note to stand above the text, or an empty string for a clean message."""
    if screened.verdict.outcome is Outcome.CLEAN:
        return ""
    lines = [f"[guardian] {line}" for line in (headline(screened), *reason_lines(screened))]
    return "\n".join(lines) + "\n\n"


def _finding_lines(finding: Finding) -> list[str]:
    quotes = list(dict.fromkeys(f'"{safe_line(span.quote, QUOTE_CHARS)}"' for span in finding.spans))[:2]
    hidden = " (hidden from the reader)" if any(span.view == "hidden" for span in finding.spans) else ""
    return [f"it {safe_line(finding.say)}{hidden}" + (f": {' … '.join(quotes)}" if quotes else "")]


def _policy_lines(match: PolicyMatch) -> list[str]:
    return [f"your policy: {safe_line(match.title)}. You wrote: {safe_line(match.why)}"]
