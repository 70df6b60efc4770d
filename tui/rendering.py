"""From a verdict to what a widget draws. Every word of a message passes `safe_text` here or in the core.

Invariants: no markup is parsed; an outcome is always a word and a shape, and a colour on top; what was not judged
stands first, always. Imported only once there is something to draw: behind it stands the whole gate, which the first
paint must not wait for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from textual.content import Content

from guardian import tactics
from guardian.finding import Finding
from guardian.journal.reports.view import local_time
from guardian.judge_words import DOUBTS, judge_lines
from guardian.message import Channel
from guardian.policy.trying.match_words import standing_words
from guardian.safe_text import safe_line
from guardian.verdict import Outcome, PolicyMatch, Reason, Verdict
from guardian.verdict_words import MARKS, MOST_FINDINGS, QUOTE_CHARS, headline, score_lines, tactic_name
from tui.marking import Piece, Role
from tui.passages import Passages, shown_findings
from tui.shown import Shown

COLOURS = {
    Outcome.CLEAN: "$text-success",
    Outcome.NOTICE: "$text-primary",
    Outcome.FLAGGED: "$text-error",
    Outcome.UNSURE: "$text-warning",
    Outcome.UNSCREENED: "$text-warning",
}
SPEAKERS = {Channel.INCOMING: "from a person", Channel.AI_OUTPUT: "from an AI"}
_ROLE_STYLES = {
    Role.PLAIN: "",
    Role.MARK: "bold underline $text-warning",
    Role.NUMBER: "bold $text-accent",
    Role.EARLIER: "$foreground-muted",
    Role.NOTE: "$foreground-muted italic",
}
_MUTED = "$foreground-muted"
_HEADING = "bold $text-primary"
_MOST_QUOTES: Final = 3
"""Quotes below one set of reasons; the others are marked in the text alone."""
_MOST_TACTICS: Final = 4
"""Tactics that are told with their definitions; the others by name."""
_FIRST_SENTENCE: Final = re.compile(r"^.*?[.!?](?=\s|$)")


def title(shown: Shown) -> Content:
    """Outcome, name and speaker of a message."""
    outcome = shown.verdict.outcome
    name = safe_line(shown.name)
    speaker = safe_line(shown.sender) if shown.sender else SPEAKERS[Channel(shown.verdict.channel)]
    mark = f"{MARKS[outcome]}{outcome.value}".strip()
    return Content.assemble((mark, f"bold {COLOURS[outcome]}"), "  ", (name, "bold"), "  ", (speaker, _MUTED))


def reasons(verdict: Verdict) -> Content:
    """Headline; what was not judged; what it does, by number; tactics; your policies and why; scores; advice."""
    outcome = verdict.outcome
    head = Content.styled(f"{MARKS[outcome]}{headline(verdict)}".strip(), f"bold {COLOURS[outcome]}")
    parts = [
        [head],
        [_not_judged(reason) for reason in verdict.coverage.reasons],
        list(_doings(verdict)),
        list(_tactics(verdict)),
        [line for match in verdict.matched for line in _policy(match)],
        [Content(line) for line in judge_lines(verdict)],
        [_labelled("set aside", f"{veto.say} ({veto.veto})") for veto in verdict.vetoes],
        list(_scores(verdict)),
        [_labelled("you can", advice) for advice in verdict.advice],
    ]
    return Content("\n\n").join(Content("\n").join(part) for part in parts if part)


def record_facts(shown: Shown) -> Content:
    """When, which record, which model behind which wall, which policies: the small print of a verdict."""
    verdict, moment = shown.verdict, local_time(shown.at_ms)
    place = f"record {shown.seq}" if shown.seq is not None else "not in the journal"
    when = f", {moment:%Y-%m-%d %H:%M:%S}" if moment is not None else ""
    model = f"{verdict.model_name} {verdict.model_sha256[:12]}, wall {verdict.wall}"
    facts = [("journal", place + when), ("judged by", model), ("policies", verdict.policy_set[:19])]
    said = shown.view.feedback if shown.view is not None else None
    if said is not None:
        facts.append(("you said", said.says.value + (f": {said.note}" if said.note else "")))
    lines = [Content.styled(safe_line(f"{name}: {value}", 400), _MUTED) for name, value in facts]
    return Content("\n").join(lines)


def marked(pieces: Iterable[Piece]) -> Content:
    """A message's text with its marks."""
    return Content.assemble(*((piece.text, _ROLE_STYLES[piece.role]) for piece in pieces)).rstrip()


def first_sentence(text: str) -> str:
    """A definition in one line."""
    found = _FIRST_SENTENCE.match(text)
    return found[0] if found else text


def _doings(verdict: Verdict) -> Iterator[Content]:
    """What the message does, each with its numbers, and each quote said once, below all that it stands for."""
    passages, findings = Passages(verdict), shown_findings(verdict)
    by_quotes: dict[tuple[tuple[int, str], ...], list[Finding]] = {}
    for finding in findings[:MOST_FINDINGS]:
        by_quotes.setdefault(tuple(_quotes(finding, passages)), []).append(finding)
    for quotes, same in by_quotes.items():
        doings = dict.fromkeys((f"it {safe_line(each.say)}{_hiding(each)}", _numbers(each, passages)) for each in same)
        for say, numbers in doings:
            yield Content.assemble((say, "bold"), (f" {numbers}" * bool(numbers), "bold $text-accent"))
        for number, quote in quotes[:_MOST_QUOTES]:
            yield Content.assemble((f"  [{number}] ", "$text-accent"), (f'"{quote}"', COLOURS[Outcome.UNSURE]))
        if len(quotes) > _MOST_QUOTES:
            yield Content.styled(f"  and {_more(len(quotes) - _MOST_QUOTES, 'place')}, marked in the text", _MUTED)
    if len(findings) > MOST_FINDINGS:
        yield Content.styled(f"and {_more(len(findings) - MOST_FINDINGS, 'reason')}", _MUTED)


def _quotes(finding: Finding, passages: Passages) -> list[tuple[int, str]]:
    found = {passages.number_of(span): safe_line(span.quote, QUOTE_CHARS) for span in finding.spans if span.quote}
    return sorted((number, quote) for number, quote in found.items() if number is not None)


def _numbers(finding: Finding, passages: Passages) -> str:
    numbers = passages.numbers_of(finding)
    more = " …" * (len(numbers) > _MOST_QUOTES)
    return "".join(f"[{number}]" for number in numbers[:_MOST_QUOTES]) + more


def _hiding(finding: Finding) -> str:
    return " (hidden from the reader)" if any(span.view == "hidden" for span in finding.spans) else ""


def _tactics(verdict: Verdict) -> Iterator[Content]:
    """The name of each tactic, with its definition in one line."""
    found = list(dict.fromkeys(tactic for match in verdict.matched for tactic in match.tactics))
    for tactic in found[:_MOST_TACTICS]:
        if tactics.is_known(tactic):
            definition = safe_line(first_sentence(tactics.definition_for(tactic)))
            yield Content.assemble((tactics.name_for(tactic), _HEADING), ": ", definition)
        else:
            yield Content.styled(safe_line(tactic), _HEADING)
    if len(found) > _MOST_TACTICS:
        others = ", ".join(tactic_name(tactic) for tactic in found[_MOST_TACTICS:])
        yield Content.styled(safe_line(f"and {_more(len(found) - _MOST_TACTICS, 'tactic')}: {others}"), _MUTED)


def _more(number: int, what: str) -> str:
    return f"{number} more {what}" if number == 1 else f"{number} more {what}s"


def _policy(match: PolicyMatch) -> Iterator[Content]:
    yield _labelled("your policy", match.title or match.id)
    if match.why:
        yield _labelled("you wrote", match.why)
    if match.record:
        yield _labelled("its record", match.record)


def _scores(verdict: Verdict) -> Iterator[Content]:
    for match in verdict.matched:
        yield Content.styled(f"{safe_line(match.id)}: {standing_words(match)}", _MUTED)
    for line in score_lines(verdict):
        yield Content.styled(line, _MUTED)


def _not_judged(reason: Reason) -> Content:
    return Content(safe_line(reason.say)) if reason.code == DOUBTS else _labelled("not judged", reason.say)


def _labelled(label: str, words: str) -> Content:
    return Content.assemble((label, _HEADING), ": ", safe_line(words))
