"""Trials in words: a report for the owner, and a failing example as a problem of its line in the file.

Invariant: an example's text passes `safe_line` on its way here; every failing one is told with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from guardian.policy.load import LoadedFile
from guardian.policy.position import Positions
from guardian.policy.problem import Level, Problem
from guardian.policy.trying.match_words import distance_words, standing_words
from guardian.policy.trying.trial import ExampleTrial, Standing, Trial
from guardian.safe_text import safe_line

EXAMPLE_FAILS: Final = "example-fails"
"""Code of the problem."""
_TEXT_CHARACTERS: Final = 60
_MARKS: Final = {
    Standing.PASSES: "pass",
    Standing.UNPROVEN: "unproven",
    Standing.FAILS: "FAIL",
    Standing.NOT_JUDGED: "unread",
}


def trial_lines(trial: Trial) -> Iterator[str]:
    """The report of one policy: a line of counts, a line an example, and what to do where one fails."""
    status = trial.policy.status.value
    counts = counts_words(trial.examples) or "no examples, so there is nothing to test"
    yield f"{trial.policy.id} ({status}): {counts}"
    for each in trial.examples:
        yield f"  {_MARKS[each.standing]:<8}  {each.number:>3}  {_wanted(each):<4}  {_said(each)}{_where(trial, each)}"
        if each.standing is not Standing.PASSES:
            yield f'{"":<16}"{safe_line(each.example.text, _TEXT_CHARACTERS)}"'
        if each.standing is Standing.FAILS:
            yield f"{'':<16}what to do: {what_to_do(each)}"


def counts_words(examples: Iterable[ExampleTrial]) -> str:
    """`7 pass, 2 unproven, 1 fails`; empty where there are none."""
    standings = [each.standing for each in examples]
    words = {
        Standing.PASSES: "pass",
        Standing.UNPROVEN: "unproven",
        Standing.FAILS: "fail",
        Standing.NOT_JUDGED: "not judged",
    }
    return ", ".join(f"{standings.count(each)} {words[each]}" for each in Standing if each in standings)


def trial_problems(trial: Trial, file: LoadedFile) -> list[Problem]:
    """Each failing example as a warning at its text in the file."""
    if not trial.failed or file.source is None:
        return []
    positions = Positions(file.source.text)
    failed = {each.number: each for each in trial.failed}
    problems = []
    for number, each in failed.items():
        place = positions.value(["examples", number - 1, "text"])
        wanted = "is not flagged" if each.example.flag else "is flagged, though it is fine"
        message = f"example {number} {wanted}: {standing_words(each.match)}"
        problems.append(
            Problem(file.path, place.line, place.column, Level.WARNING, EXAMPLE_FAILS, message, what_to_do(each))
        )
    return problems


def what_to_do(failed: ExampleTrial) -> str:
    """How to mend a policy of which an example fails."""
    if failed.example.flag:
        if failed.match.excused:
            return "a fine example says nearly the same: take one of the two out, or make them differ"
        return "add an example or two like it, or name what it does in match.tactics"
    kinds = {reason.partition(":")[0] for reason in failed.match.because}
    if "pattern" in kinds:
        return "make the pattern narrower"
    if kinds & {"tactic", "rule"}:
        return 'raise the tactic\'s threshold in [match.thresholds], or ask for a second one with "and"'
    return "add a fine example or two like it"


def _wanted(each: ExampleTrial) -> str:
    return "flag" if each.example.flag else "fine"


def _said(each: ExampleTrial) -> str:
    if each.standing is Standing.NOT_JUDGED:
        return "; ".join(safe_line(reason.say) for reason in each.coverage.reasons) or "the model did not judge it"
    if each.standing is Standing.FAILS:
        return standing_words(each.match)
    said = distance_words(each.unseen.score, each.unseen.threshold)
    if each.standing is Standing.UNPROVEN:
        return f"only because it is an example; had the policy not seen it: {said}"
    return said


def _where(trial: Trial, each: ExampleTrial) -> str:
    return f" [{each.channel.value}]" if len(trial.policy.channels) > 1 else ""
