"""The words of the state page: model, wall, policies and their problems, in full."""

from __future__ import annotations

from textual.content import Content

from guardian.safe_text import safe_line
from tui.state import HouseState, Phase
from tui.triage import GROUPS

WALLS = {
    "netns": "netns: the model runs in an empty network namespace",
    "seccomp": "seccomp: the kernel refuses the model any socket",
    "none": "none: this system keeps no wall round the model; guardian doctor says why",
    "down": "down: no model is running",
}


def house_words(state: HouseState) -> Content:
    """The page."""
    rows = [
        ("model", _model(state)),
        ("wall", WALLS.get(state.wall, "not measured yet")),
        ("restarts", str(state.restarts)),
        ("policies", f"{state.policies} in force" if state.policies is not None else "not loaded yet"),
        ("their set", state.policy_set or "not loaded yet"),
        ("messages", _messages(state)),
        ("journal", state.journal or "none yet: it begins with the first message that is screened"),
    ]
    lines = [Content.assemble((f"{name:<10}", "bold"), safe_line(words)) for name, words in rows]
    if state.inbox_trouble:
        lines.append(Content.assemble(("input     ", "bold"), (safe_line(state.inbox_trouble), "$text-error")))
    if state.not_journaled:
        words = f"{state.not_journaled} not recorded: {safe_line(state.journal_trouble)}"
        lines.append(Content.assemble(("          ", ""), (words, "$text-warning")))
    if state.problems:
        lines += [Content(""), Content.styled("Policy files that cannot be used as they stand", "bold $text-warning")]
        lines += [Content(safe_line(problem)) for problem in state.problems]
    return Content("\n").join(lines)


def _model(state: HouseState) -> str:
    if state.phase is Phase.DOWN:
        return f"{state.model or 'the model'} is down: {state.trouble}"
    return f"{state.model or 'the model'} is starting" if state.phase is Phase.STARTING else state.model


def _messages(state: HouseState) -> str:
    counts = ", ".join(f"{state.counts[outcome]} {outcome.value}" for outcome in GROUPS if state.counts.get(outcome))
    total = "" if state.total is None else f" of {state.total}"
    return f"{state.screened}{total} screened" + (f": {counts}" if counts else "")
