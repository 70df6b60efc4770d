"""`guardian policy preview ID|FILE`: what a policy's file would do in the place of the version in force."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guardian.commands.narration import narrate
from guardian.commands.policy_actions.own import print_json
from guardian.commands.policy_actions.previewing import previewed
from guardian.errors import PolicyError
from guardian.exits import ExitCode
from guardian.policy.base import Policy
from guardian.policy.effects.preview_words import preview_lines
from guardian.policy.effects.previewing import policies_now
from guardian.policy.life.standing import is_borrowed
from guardian.policy.life.state import read_state
from guardian.policy.load import SUFFIX, LoadedFile, load_policies, load_policy_file
from guardian.policy.problem import did_you_mean, quoted
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the preview. Exit codes: 0, 2 where the file can't be used."""
    now = policies_now(settings)
    draft = _usable(_file(args.policy, settings, now))
    found = previewed(settings, draft, now, narrate(verbose=False), days=args.days)
    if args.json:
        print_json(found.to_json())
    else:
        sys.stdout.write("".join(f"{line}\n" for line in preview_lines(found)))
    return ExitCode.CLEAN


def _file(named: str, settings: Settings, now: dict[str, Policy]) -> LoadedFile:
    """The file of an id, or the file of that name. Raises PolicyError where there is neither."""
    if "/" in named or named.endswith(SUFFIX):
        return load_policy_file(Path(named))
    files = load_policies(settings.policies_dir).files
    for file in files:
        if file.policy is not None and file.policy.id == named:
            return file
    name = _file_name(named, settings)
    broken = next((file for file in files if file.policy is None and file.path.name == name), None)
    if broken is not None:
        return broken
    if named in now:
        raise PolicyError(f"the file of {quoted(named)} is gone: there is no draft to try")
    known = {*now, *(file.policy.id for file in files if file.policy is not None)}
    hint = did_you_mean(named, sorted(known)) or "see guardian policy list"
    raise PolicyError(f"no policy has the id {quoted(named)}", hint=hint)


def _file_name(policy_id: str, settings: Settings) -> str:
    """Name of the file that a policy stood in when it was last good."""
    state = None if is_borrowed(settings) else read_state(settings.paths.policies_state).state
    version = state.versions.get(policy_id) if state is not None else None
    return version.file if version is not None else f"{policy_id}{SUFFIX}"


def _usable(file: LoadedFile) -> Policy:
    """The file's policy. Raises PolicyError with the first thing that is wrong with it."""
    if file.policy is not None:
        return file.policy
    raise PolicyError(file.problems[0].to_line(), hint=f"guardian policy check {file.path} lists all")
