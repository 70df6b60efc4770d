"""What a policy that loads may still have wrong with it: things its owner would want to know.

Invariant: lint never keeps a policy out of force; it only tells. What keeps one out of force (unknown tactics,
patterns that RE2 refuses, wrong types) is found by `guardian.policy.load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from guardian.inference.manifest import Manifest
from guardian.policy.base import Policy
from guardian.policy.expression import names
from guardian.policy.load import LoadedFile, PolicySet
from guardian.policy.patterns import Pattern
from guardian.policy.position import Place, Positions
from guardian.policy.problem import Level, Problem
from guardian.policy.roads import TacticOutputs
from guardian.policy.scope_problems import scope_problems
from guardian.tactics import TACTICS

_RULES_ONLY = "obfuscation"
"""The group whose tactics no model scores, by design."""

_Found = tuple[Level, str, Place, str, str]
"""Level, code, place, message, hint."""


def lint_policies(policies: PolicySet, manifest: Manifest | None, today: date) -> list[Problem]:
    """What there is to say of every policy that loaded, in order of files."""
    return [problem for file in policies.files for problem in lint_file(file, manifest, today)]


def lint_file(file: LoadedFile, manifest: Manifest | None, today: date) -> list[Problem]:
    """What there is to say of one file; nothing where it did not load. Without a manifest the model is not asked."""
    if file.policy is None or file.source is None:
        return []
    positions = Positions(file.source.text)
    found = [
        *_file_mode(file.source.mode),
        *_roads(file.policy, positions),
        *_patterns(file.policy, positions),
        *_thresholds(file.policy, positions),
        *_examples(file.policy, positions),
        *_review(file.policy, positions, today),
        *scope_problems(file.policy, positions, today),
        *(_outputs(file.policy, positions, manifest) if manifest is not None else ()),
    ]
    return [
        Problem(file.path, place.line, place.column, level, code, message, hint)
        for level, code, place, message, hint in sorted(found, key=lambda each: each[2])
    ]


def _file_mode(mode: int) -> Iterator[_Found]:
    if mode & 0o022:
        yield Level.WARNING, "writable-by-others", Place(), "other accounts can change this file", "chmod 600 FILE"
    elif mode & 0o044:
        yield Level.INFO, "readable-by-others", Place(), "other accounts can read this file", "chmod 600 FILE"


def _roads(policy: Policy, positions: Positions) -> Iterator[_Found]:
    has_road = policy.match.tactics or policy.match.patterns or any(example.flag for example in policy.examples)
    if not has_road:
        message = "has no tactics, no patterns and no example to flag, so it never matches"
        hint = "add a [match] or an example with flag = true"
        yield Level.WARNING, "never-matches", positions.key(["match"]), message, hint


def _patterns(policy: Policy, positions: Positions) -> Iterator[_Found]:
    for index, source in enumerate(policy.match.patterns):
        if Pattern(source).matches_every_text:
            place = positions.value(["match", "patterns", index])
            message = f"pattern {index + 1} matches the empty text, and so every message"
            yield Level.WARNING, "matches-everything", place, message, "ask for at least one character"


def _thresholds(policy: Policy, positions: Positions) -> Iterator[_Found]:
    used = names(policy.match.tactics) if policy.match.tactics else ()
    for tactic in policy.match.thresholds:
        if tactic not in used:
            place = positions.key(["match", "thresholds", tactic])
            message = f"threshold for {tactic}, which the policy's tactics do not name, does nothing"
            yield Level.WARNING, "unused-threshold", place, message, f"name {tactic} in match.tactics"


def _examples(policy: Policy, positions: Positions) -> Iterator[_Found]:
    first: dict[str, int] = {}
    for index, example in enumerate(policy.examples):
        earlier = first.setdefault(example.text, index)
        if earlier == index:
            continue
        place = positions.value(["examples", index, "text"])
        if policy.examples[earlier].flag != example.flag:
            message = f"example {index + 1} is also example {earlier + 1}, which says the opposite"
            yield Level.WARNING, "contradiction", place, message, "keep one of them"
        else:
            message = f"example {index + 1} is the same as example {earlier + 1}"
            yield Level.INFO, "repeated-example", place, message, ""


def _review(policy: Policy, positions: Positions, today: date) -> Iterator[_Found]:
    if policy.is_in_force and policy.review_by is not None and policy.review_by < today:
        message = f"was to be reviewed by {policy.review_by.isoformat()}"
        hint = "read it again, then set a new review_by"
        yield Level.WARNING, "review-overdue", positions.value(["review_by"]), message, hint


def _outputs(policy: Policy, positions: Positions, manifest: Manifest) -> Iterator[_Found]:
    """Tactics that the model does not score by themselves: which group answers, or that none does."""
    outputs = TacticOutputs(manifest)
    by_group: dict[str, list[str]] = {}
    for name in names(policy.match.tactics) if policy.match.tactics else ():
        answering = [output.label for output in outputs.for_name(name)]
        if name in TACTICS and name not in answering and TACTICS[name].group != _RULES_ONLY:
            by_group.setdefault(" and ".join(answering), []).append(name)
    place = positions.value(["match", "tactics"])
    for group, tactics in by_group.items():
        listed = ", ".join(tactics)
        if group:
            message = f"this model has no score for {listed} alone: its score for {group} answers"
            yield Level.INFO, "answered-by-group", place, message, ""
        else:
            message = f"this model has no score for {listed}: only rules can find it"
            yield Level.INFO, "rules-only", place, message, ""
