"""`guardian policy list|show|check|schema`: look at the owner's policies.

Invariants: nothing here changes a policy; problems of files that a listing had to leave out are told on standard
error, so that a missing policy is never silent.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from guardian.errors import ModelError, PolicyError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.policy.base import Policy
from guardian.policy.lint import lint_file
from guardian.policy.load import LoadedFile, PolicySet, load_policies, load_policy_file
from guardian.policy.problem import Level, Problem, did_you_mean, quoted
from guardian.policy.schema import policy_schema_text
from guardian.policy.starter import install_starter_policies
from guardian.safe_text import safe_line, safe_text
from guardian.settings import Settings

_JSON_VERSION = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do what `args.action` says. Raises PolicyError for an unknown id or a folder that cannot be read."""
    if args.action == "schema":
        sys.stdout.write(policy_schema_text())
        return ExitCode.CLEAN
    if args.action == "check":
        return _check(args, settings)
    policies = _own_policies(settings)
    _show(args, policies) if args.action == "show" else _list(args, policies)
    for problem in policies.problems:
        sys.stderr.write(problem.to_line() + "\n")
    return ExitCode.USAGE if policies.problems else ExitCode.CLEAN


def _own_policies(settings: Settings) -> PolicySet:
    """The policies in force; the starter policies are put into the owner's own folder first, once."""
    if settings.policies_dir == settings.paths.policies:
        install_starter_policies(settings.paths.shipped_policies, settings.paths.policies)
    return load_policies(settings.policies_dir)


def _list(args: argparse.Namespace, policies: PolicySet) -> None:
    if args.json:
        _print_json({"policies": [_row(policy) for policy in policies.policies], "policy_set": policies.sha256})
        return
    rows = [(policy.id, policy.status.value, policy.action.value, policy.title) for policy in policies.policies]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        columns = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        sys.stdout.write("  ".join([*columns, safe_line(row[3])]) + "\n")  # the other cells cannot hold anything


def _show(args: argparse.Namespace, policies: PolicySet) -> None:
    file = _file_of(args.policy_id, policies)
    if args.json and file.policy is not None:
        _print_json(_full(file.policy))
    elif file.source is not None:
        sys.stdout.write(f"# {safe_line(str(file.path))}\n{safe_text(file.source.text)}")


def _file_of(policy_id: str, policies: PolicySet) -> LoadedFile:
    for file in policies.files:
        if file.policy is not None and file.policy.id == policy_id:
            return file
    hint = did_you_mean(policy_id, (policy.id for policy in policies.policies)) or "see guardian policy list"
    raise PolicyError(f"no policy has the id {quoted(policy_id)}", hint=hint)


def _check(args: argparse.Namespace, settings: Settings) -> ExitCode:
    files = _files_to_check(args, settings)
    manifest, today = _manifest(settings), date.today()
    problems = [p for file in files for p in (*file.problems, *lint_file(file, manifest, today))]
    if args.json:
        _print_json({"files": len(files), "problems": [problem.to_json() for problem in problems]})
    else:
        for problem in problems:
            sys.stdout.write(problem.to_line() + "\n")
        sys.stderr.write(_summary(len(files), problems) + "\n")
    return ExitCode.USAGE if any(problem.level is Level.ERROR for problem in problems) else ExitCode.CLEAN


def _files_to_check(args: argparse.Namespace, settings: Settings) -> tuple[LoadedFile, ...]:
    if args.path is None:
        return _own_policies(settings).files
    path = Path(args.path)
    return load_policies(path).files if path.is_dir() else (load_policy_file(path),)


def _manifest(settings: Settings) -> Manifest | None:
    """The manifest, for what can be said of tactics; None where the model is not in order, which `doctor` tells."""
    try:
        return load_manifest(settings.model_dir / "manifest.toml")
    except ModelError:
        return None


def _summary(files: int, problems: Iterable[Problem]) -> str:
    levels = [problem.level for problem in problems]
    errors, warnings, info = (levels.count(level) for level in Level)
    return f"policy files: {files}; errors: {errors}; warnings: {warnings}; info: {info}"


def _row(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "status": policy.status.value,
        "action": policy.action.value,
        "severity": policy.severity.value,
        "channels": [channel.value for channel in policy.channels],
        "title": policy.title,
        "file": str(policy.path),
    }


def _full(policy: Policy) -> dict[str, Any]:
    return {
        **_row(policy),
        "why": policy.why,
        "since": policy.since.isoformat(),
        "review_by": policy.review_by.isoformat() if policy.review_by else None,
        "prose": policy.prose,
        "keep_text": policy.keep_text,
        "match": {
            "tactics": str(policy.match.tactics) if policy.match.tactics else None,
            "thresholds": dict(policy.match.thresholds),
            "patterns": list(policy.match.patterns),
            "rarity": policy.match.rarity,
        },
        "examples": [{"text": example.text, "flag": example.flag} for example in policy.examples],
        "senders": {"except": list(policy.senders_except)},
    }


def _print_json(value: dict[str, Any]) -> None:
    """JSON in ASCII, so that nothing in it can reach a terminal raw."""
    sys.stdout.write(json.dumps({"v": _JSON_VERSION, **value}, indent=2) + "\n")
