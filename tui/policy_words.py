"""One policy in full, in words, and the line that says which of all need their owner.

Invariants: every word of a policy, a file name or a mute passes `safe_line` or `safe_text`; what is in force and what
only waits are told apart; an unknown number is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from textual.content import Content

from guardian.policy.base import Mute, Policy, Status
from guardian.policy.effects.hits import DAYS
from guardian.policy.effects.track_record import track_record_line
from guardian.policy.expression import names
from guardian.policy.scope import precedence
from guardian.policy.survey import YOURS, Standing, Survey, Surveyed
from guardian.safe_text import safe_line, safe_text
from guardian.tactics import name_for
from guardian.verdict import Action
from tui.widgets.policy_list import COLOURS, MUTED, SHAPES

_LABEL: Final = "bold $text-primary"
_WARNING: Final = "$text-warning"
_MOST_PATTERNS: Final = 5
_MOST_NAMED: Final = 3
_MOST_TROUBLES: Final = 8
_DOES: Final = {
    Action.LOG: "writes it down",
    Action.NOTICE: "gives a notice",
    Action.WARN: "warns you",
    Action.HOLD: "holds the text back",
}


def needing_words(survey: Survey) -> Content:
    """One line: what needs the owner, each with its key; empty where nothing does."""
    broken = [each for each in survey.policies if each.standing is Standing.BROKEN]
    unexplained = [each for each in survey.policies if each.wants_reason]
    poor = [each for each in survey.policies if each.is_poor]
    overdue = [each for each in survey.policies if each.is_overdue]
    parts: list[tuple[str, str]] = []
    if broken:
        parts.append((f"x {_named(broken)}: broken, enter mends it", "bold $text-error"))
    if unexplained:
        parts.append((f"? {_named(unexplained)}: changed, and you gave no reason, a asks", _WARNING))
    if poor:
        parts.append((f"! {_named(poor)}: often wrong, space puts it on trial", _WARNING))
    if overdue:
        parts.append((f"! {_named(overdue)}: review overdue, v", _WARNING))
    return Content.styled(" │ ", MUTED).join(Content.styled(words, style) for words, style in parts)


def policy_words(each: Surveyed, today: date) -> Content:
    """Everything about one policy."""
    parts = [_head(each), *_wants(each)]
    if each.policy is not None:
        parts += [*_said(each.policy), _looks_for(each.policy), _fared(each), *_mutes(each.policy, today)]
        parts.append(Content("\n").join([_label("how it decides"), *_steps(each.policy)]))
    parts.append(Content.assemble(("file  ", MUTED), (safe_line(str(each.path)), MUTED)))
    return Content("\n\n").join(parts)


def _named(policies: Sequence[Surveyed]) -> str:
    if len(policies) > _MOST_NAMED:
        return f"{len(policies)} policies"
    return ", ".join(safe_line(each.id, 40) for each in policies)


def _label(words: str) -> Content:
    return Content.styled(words, _LABEL)


def _head(each: Surveyed) -> Content:
    title = Content.styled(safe_line(each.title), "bold")
    state = Content.styled(f"{SHAPES[each.standing]} {each.standing.value}", COLOURS[each.standing])
    by = "yours" if each.came_from == YOURS else f"came with {safe_line(each.came_from)}"
    does = f"  {_does(each.policy)}" if each.policy is not None else ""
    return Content("\n").join(
        [title, Content.assemble(state, does), Content.styled(f"{safe_line(each.id)}, {by}", MUTED)]
    )


def _does(policy: Policy) -> str:
    if not policy.is_in_force:
        return "looks at nothing"
    if policy.effective_action is not policy.action:
        return f"{_DOES[policy.effective_action]} at most (in force it {_DOES[policy.action]})"
    return _DOES[policy.action]


def _wants(each: Surveyed) -> Iterator[Content]:
    """What is wrong, and what its owner can do."""
    if each.standing is Standing.BROKEN:
        meanwhile = "nothing of it is in force" if each.policy is None else "its last good version stays in force"
        troubles = each.troubles[:_MOST_TROUBLES] or ("it is not there",)
        words = "\n".join(["Its file can't be used:", *(f"  {line}" for line in troubles)])
        yield Content.assemble((words, "bold $text-error"), f"\n{meanwhile}; enter opens the file to mend it")
    if each.waits:
        yield Content.styled(f"Waits: {each.waits}", _WARNING)
    if each.wants_reason:
        yield Content.styled(
            f"You changed its file (version {each.wants_reason}) and gave no reason yet: press a", _WARNING
        )
    if each.is_poor:
        yield Content.styled("You called its alerts wrong several times: space can put it on trial", _WARNING)
    if each.is_overdue and each.policy is not None:
        day = each.policy.review_by.isoformat() if each.policy.review_by is not None else ""
        yield Content.styled(f"You wanted to read it again by {day}: read it, then press v", _WARNING)


def _said(policy: Policy) -> Iterator[Content]:
    yield Content.assemble((_label("why")), "\n", _flowing(policy.why))
    review = f", to be read again by {policy.review_by.isoformat()}" if policy.review_by is not None else ""
    yield Content(f"since {policy.since.isoformat()}{review}")
    if policy.prose:
        yield Content.assemble(_label("in full"), "\n", _flowing(policy.prose))


def _flowing(text: str) -> str:
    """A text without the line ends of its file; its paragraphs stay."""
    return "\n\n".join(" ".join(part.split()) for part in safe_text(text).split("\n\n"))


def _looks_for(policy: Policy) -> Content:
    """Tactics, patterns and examples."""
    lines = [_label("looks for")]
    match = policy.match
    if match.tactics is not None:
        lines.append(Content(safe_line(f"tactics: {match.tactics}")))
        meant = [f"{name}: {name_for(name)}" for name in names(match.tactics)]
        lines += [Content.styled(f"  {safe_line(words)}", MUTED) for words in meant]
    for pattern in match.patterns[:_MOST_PATTERNS]:
        lines.append(Content(f"pattern: {safe_line(pattern)}"))
    if len(match.patterns) > _MOST_PATTERNS:
        lines.append(Content(f"and {len(match.patterns) - _MOST_PATTERNS} patterns more"))
    flagged = sum(example.flag for example in policy.examples)
    if policy.examples:
        fine = len(policy.examples) - flagged
        lines.append(Content(f"examples: {flagged} to be flagged, {fine} fine; told apart at 1 in {match.rarity:,}"))
    if len(lines) == 1:
        lines.append(Content.styled("nothing yet, so it never matches", _WARNING))
    return Content("\n").join(lines)


def _fared(each: Surveyed) -> Content:
    lines = [_label("how it fared")]
    if each.hits is None or each.track is None:
        lines.append(Content.styled("not known: the journal is locked, or there is none yet", MUTED))
    else:
        times = "once" if each.hits.count == 1 else f"{each.hits.count:,} times"
        lines.append(Content(f"matched {times if each.hits.count else 'nothing'} in the last {DAYS} days"))
        lines.append(Content(track_record_line(each.track)))
    return Content("\n").join(lines)


def _mutes(policy: Policy, today: date) -> Iterator[Content]:
    if not policy.mutes:
        return
    lines = [_label("muted (x takes one out)")]
    lines += [Content(mute_words(number, mute, today)) for number, mute in enumerate(policy.mutes, 1)]
    yield Content("\n").join(lines)


def mute_words(number: int, mute: Mute, today: date) -> str:
    """`1  urgency from sister@x.example until 2026-12-21: she is always in a hurry`; safe."""
    standing = " (over)" if mute.until < today else ""
    if mute.since > today:
        standing = f" (from {mute.since.isoformat()} on)"
    return f"{number}  " + safe_line(f"{mute}{standing}" + (f": {mute.why}" if mute.why else ""))


def _steps(policy: Policy) -> Iterator[Content]:
    for line in precedence(policy):
        number, _, rule = safe_line(line).partition(". ")
        name, _, words = rule.partition(": ")
        yield Content.assemble((f"{number}. ", MUTED), (f"{name}: ", "bold"), words)


STATUS_MEANS: Final = {
    Status.ACTIVE: "in force: it looks, and does what its action says",
    Status.TEST: "on trial: it looks, and gives notices at most",
    Status.DRAFT: "draft: it looks at nothing until you put it in force",
    Status.RETIRED: "retired: kept for the record, it looks at nothing",
}
"""Each status in the words of a choice."""
