"""Loads the owner's policies: a folder of TOML files becomes a `PolicySet`.

Invariants: a broken or hostile file is a `Problem` with file, line and column, never an exception, and never stops
the other files; the order of files, and so of policies, is that of their names; `sha256` depends only on the content of
the policies in force, not on comments, layout, file names or order.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from guardian.errors import PolicyError
from guardian.policy.base import Policy, When
from guardian.policy.position import Place, Positions, ShapeError, check_shape, syntax_error_place
from guardian.policy.problem import Level, Problem
from guardian.policy.schema import PolicyFile, to_policy
from guardian.policy.schema_problems import schema_problems
from guardian.policy.source import Source, SourceError, read_source

SUFFIX = ".toml"
MOST_FILES = 2_000
MOST_EXAMPLES = 10_000
"""Over all files: each costs a pass of the encoder once, and 512 bytes of memory."""
_MOST_PROBLEMS_A_FILE = 20
_SYNTAX_HINTS = {
    "Invalid value": "put texts in quotes; write true, false, numbers and days as they are",
    "Expected '=' after a key": "write: key = value",
    "Cannot overwrite a value": "this key is there twice",
    "Unclosed array": "close the list with ]",
    "Illegal character": "inside one pair of quotes a text stays on one line; use ''' for several",
    "Unterminated string": "close the quotes",
    "Expected \"'''\"": "close the text with '''",
    "Unescaped '\\\\' in a string": "use single quotes for a text with backslashes",
}


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What became of one file."""

    path: Path
    policy: Policy | None
    """None where the file is broken."""
    source: Source | None
    """None where it could not be read as text."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies of one folder, and what is wrong there."""

    directory: Path
    files: tuple[LoadedFile, ...]
    sha256: str
    """`sha256:<hex>` over the content of the policies in force."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy that could be loaded, drafts and retired ones too, in order of file name."""
        return tuple(file.policy for file in self.files if file.policy is not None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that kept a file from being loaded."""
        return tuple(problem for file in self.files for problem in file.problems)


def load_policies(directory: Path) -> PolicySet:
    """The policies in a folder: every `*.toml` whose name does not begin with a dot.

    Raises PolicyError where the folder is missing or cannot be read.
    """
    paths = _policy_paths(directory)
    files = _without_excess(_without_duplicates(load_policy_file(path) for path in paths))
    return PolicySet(directory, tuple(files), policy_set_sha256([f.policy for f in files if f.policy is not None]))


def load_policy_file(path: Path) -> LoadedFile:
    """One policy file. Never raises for what the file holds."""
    try:
        source = read_source(path)
    except SourceError as error:
        return LoadedFile(path, None, None, (_problem(path, error.place, error.code, error.message, error.hint),))
    policy, problems = parse_policy(source.text, path)
    return LoadedFile(path, policy, source, tuple(problems))


def parse_policy(text: str, path: Path) -> tuple[Policy | None, list[Problem]]:
    """The policy that a text describes, or None and every reason why it describes none.

    `text` has its line ends as "\\n" only. `path` is where it stands, or would stand.
    """
    try:
        check_shape(text)
        data = tomllib.loads(text)
        positions = Positions(text)
    except ShapeError as error:
        return None, [_problem(path, error.place, "bad-shape", str(error))]
    except RecursionError:  # the caller's own stack may be deep already
        return None, [_problem(path, Place(), "bad-shape", "nested too deep to read")]
    except ValueError as error:  # tomllib.TOMLDecodeError is one
        return None, [syntax_problem(error, text, path)]
    try:
        return to_policy(PolicyFile.model_validate(data), path), []
    except ValidationError as error:
        return None, _capped(schema_problems(error, data, positions, path))


def policy_set_sha256(policies: Iterable[Policy]) -> str:
    """`sha256:<hex>` over the content of those policies that are in force."""
    rows = sorted((_canonical(policy) for policy in policies if policy.is_in_force), key=lambda row: str(row["id"]))
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def policy_sha256(policy: Policy) -> str:
    """Hex digest of one policy's content, whatever its status."""
    text = json.dumps(_canonical(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "title": policy.title,
        "why": policy.why,
        "since": policy.since.isoformat(),
        "review_by": policy.review_by.isoformat() if policy.review_by else None,
        "channels": sorted(policy.channels),
        "severity": policy.severity,
        "action": policy.action,
        "status": policy.status,
        "prose": policy.prose,
        "tactics": str(policy.match.tactics) if policy.match.tactics else None,
        "thresholds": dict(policy.match.thresholds),
        "patterns": policy.match.patterns,
        "rarity": policy.match.rarity,
        "examples": [[example.text, example.flag] for example in policy.examples],
        "senders_except": sorted(policy.senders_except),
        "senders_only": sorted(policy.senders_only),
        "hours": [str(hours) for hours in sorted(policy.hours)],
        "days": sorted(policy.days),
        "conversation": policy.conversation,
        "mutes": [
            [mute.tactic, mute.sender, mute.since.isoformat(), mute.until.isoformat(), mute.why]
            for mute in sorted(policy.mutes)
        ],
        "keep_text": policy.keep_text,
        # left out where nothing is said of a judge, so that such a policy keeps the hash that it had before
        **({"judge": policy.judge} if policy.judge is not When.UNDECIDED else {}),
        **({"judge_may_soften": True} if policy.judge_may_soften else {}),
    }


def _policy_paths(directory: Path) -> list[Path]:
    try:
        with os.scandir(directory) as entries:
            names = [e.name for e in entries if e.name.endswith(SUFFIX) and not e.name.startswith(".")]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PolicyError(f"policy folder {directory}: {reason}", hint="guardian paths shows where it looks") from None
    if len(names) > MOST_FILES:
        raise PolicyError(f"policy folder {directory}: more than {MOST_FILES:,} policy files")
    return [directory / name for name in sorted(names)]


def _without_duplicates(files: Iterable[LoadedFile]) -> list[LoadedFile]:
    """The files, each policy whose id was there before turned into a problem."""
    first: dict[str, Path] = {}
    kept = []
    for file in files:
        if file.policy is not None and first.setdefault(file.policy.id, file.path) != file.path:
            other = first[file.policy.id].name
            message = f'"id" {file.policy.id} is taken by {other}'
            file = _refused(file, ("id",), "duplicate-id", message, "give this policy an id of its own")
        kept.append(file)
    return kept


def _without_excess(files: Sequence[LoadedFile]) -> list[LoadedFile]:
    """The files, each policy that takes the number of examples over the limit turned into a problem."""
    total = 0
    kept = []
    for file in files:
        count = len(file.policy.examples) if file.policy is not None else 0
        if total + count > MOST_EXAMPLES:
            message = f"takes the number of examples in this folder over {MOST_EXAMPLES:,}"
            file, count = _refused(file, ("examples",), "too-many-examples", message, "keep the telling ones"), 0
        total += count
        kept.append(file)
    return kept


def _refused(file: LoadedFile, key: tuple[str, ...], code: str, message: str, hint: str) -> LoadedFile:
    place = Positions(file.source.text).key(key) if file.source is not None else Place()
    return replace(file, policy=None, problems=(*file.problems, _problem(file.path, place, code, message, hint)))


def syntax_problem(error: ValueError, text: str, path: Path) -> Problem:
    """What `tomllib` says of a broken text, with its place and what mends it."""
    words, place = syntax_error_place(error, text)
    hint = next((hint for start, hint in _SYNTAX_HINTS.items() if words.startswith(start)), "")
    return _problem(path, place, "syntax", words[:1].lower() + words[1:], hint)


def _capped(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= _MOST_PROBLEMS_A_FILE:
        return problems
    last = problems[_MOST_PROBLEMS_A_FILE]
    more = replace(last, code="more", message=f"and {len(problems) - _MOST_PROBLEMS_A_FILE:,} more problems", hint="")
    return [*problems[:_MOST_PROBLEMS_A_FILE], more]


def _problem(path: Path, place: Place, code: str, message: str, hint: str = "") -> Problem:
    return Problem(path, place.line, place.column, Level.ERROR, code, message, hint)
