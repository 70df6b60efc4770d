"""What a policy that loads may still have wrong with it: things its owner would want to know.

Each family of checks is a file of its own: patterns, tactics, examples against examples, scope, and (where the bank and
the model are there) `lint_bank` and `lint_model`.

Invariant: lint never keeps a policy out of force; it only tells. What keeps one out of force (unknown tactics, patterns
that RE2 refuses, wrong types, numbers out of range) is found by `guardian.policy.load`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.policy.base import Policy, When
from guardian.policy.lints.found import Found, as_problems
from guardian.policy.lints.pairs import opposite_examples, repeated_examples
from guardian.policy.lints.patterns import pattern_problems
from guardian.policy.lints.tactics import tactic_problems
from guardian.policy.load import LoadedFile, PolicySet
from guardian.policy.position import Place, Positions
from guardian.policy.problem import Level, Problem
from guardian.policy.scope_problems import scope_problems

_NO_ROWS: Final[Mapping[str, Floats]] = MappingProxyType({})


def lint_policies(
    policies: PolicySet, manifest: Manifest | None, today: date, *, has_judge: bool = False
) -> list[Problem]:
    """What there is to say of every policy that loaded, in order of files."""
    return lint_files(policies.files, manifest, today, has_judge=has_judge)


def lint_file(file: LoadedFile, manifest: Manifest | None, today: date) -> list[Problem]:
    """What there is to say of one file; nothing where it did not load. Without a manifest the model is not asked."""
    return lint_files([file], manifest, today)


def lint_files(
    files: Sequence[LoadedFile],
    manifest: Manifest | None,
    today: date,
    *,
    rows: Mapping[str, Floats] = _NO_ROWS,
    ordinary: Sequence[str] = (),
    others: Sequence[LoadedFile] = (),
    has_judge: bool = False,
) -> list[Problem]:
    """What there is to say of files, and of what they say to each other and to `others`.

    `rows`: unit vectors of examples by their text, by which such as are nearly the same are found. `ordinary`: texts on
    which patterns are tried. `has_judge`: whether a language model of the owner's is set up to give second opinions.
    """
    problems = [problem for file in files for problem in _alone(file, manifest, today, ordinary, has_judge=has_judge)]
    asked = {file.path for file in files}
    opposites = opposite_examples([*files, *(other for other in others if other.path not in asked)], rows)
    return in_order(files, [*problems, *(problem for problem in opposites if problem.file in asked)])


def in_order(files: Iterable[LoadedFile], problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of files and places; what was found at one place stays in order."""
    order = {file.path: number for number, file in enumerate(files)}
    return sorted(problems, key=lambda each: (order[each.file], each.line, each.column))


def _alone(
    file: LoadedFile, manifest: Manifest | None, today: date, ordinary: Sequence[str], *, has_judge: bool
) -> Iterator[Problem]:
    """What there is to say of one file by itself."""
    if file.policy is None or file.source is None:
        return
    positions = Positions(file.source.text)
    found: list[Found] = [
        *_file_mode(file.path, file.source.mode),
        *_roads(file.policy, positions, has_judge=has_judge),
        *pattern_problems(file.policy, positions, ordinary),
        *tactic_problems(file.policy, positions, manifest),
        *_review(file.policy, positions, today),
        *scope_problems(file.policy, positions, today),
    ]
    yield from as_problems(file.path, found)
    yield from repeated_examples(file)


def _file_mode(path: Path, mode: int) -> Iterator[Found]:
    hint = f"chmod 600 {shlex.quote(str(path))}"
    if mode & 0o022:
        yield Level.WARNING, "writable-by-others", Place(), "other accounts can change this file", hint
    elif mode & 0o044:
        yield Level.INFO, "readable-by-others", Place(), "other accounts can read this file", hint


def _roads(policy: Policy, positions: Positions, *, has_judge: bool) -> Iterator[Found]:
    """A policy by which nothing can match: prose alone is read by a judge, and by nothing else."""
    if policy.match.tactics or policy.match.patterns or any(example.flag for example in policy.examples):
        return
    hint = "add a [match] or an example with flag = true"
    if not policy.prose:
        message = "has no tactics, no patterns and no example to flag, so it never matches"
        yield Level.WARNING, "never-matches", positions.key(["match"]), message, hint
    elif policy.judge is When.NEVER:
        message = 'only a judge reads prose, and judge = "never", so it never matches'
        yield Level.WARNING, "never-matches", positions.key(["judge"]), message, hint
    elif not has_judge:
        message = "only a judge reads prose, and none is set up, so it matches nothing"
        yield Level.WARNING, "prose-alone", positions.key(["prose"]), message, f"{hint}, or set judge.model"


def _review(policy: Policy, positions: Positions, today: date) -> Iterator[Found]:
    if policy.is_in_force and policy.review_by is not None and policy.review_by < today:
        message = f"was to be reviewed by {policy.review_by.isoformat()}"
        hint = "read it again, then set a new review_by"
        yield Level.WARNING, "review-overdue", positions.value(["review_by"]), message, hint
