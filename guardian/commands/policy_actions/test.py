"""`guardian policy test [ID]`: a policy's examples are its tests; with --on, what it would make of an archive.

Invariants: nothing is recorded and nothing changes; drafts and retired policies are tried as if they were active.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from guardian.commands.narration import narrate
from guardian.commands.policy_actions.own import own_policies, print_json, tell_problems
from guardian.commands.progress import ProgressBar
from guardian.exits import ExitCode
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.policy.load import PolicySet
from guardian.policy.on_disk import file_of
from guardian.policy.trying.archive_trial import ArchiveTrial, for_archive
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.trial import Trial, try_policies
from guardian.policy.trying.trial_memory import TRIED_CACHE, TrialMemory
from guardian.policy.trying.trial_words import counts_words, trial_lines
from guardian.settings import Settings
from guardian.sources.archive import open_archive
from guardian.workbench import open_bench

_CHANNELS = {"ai": Channel.AI_OUTPUT, "incoming": Channel.INCOMING}
_LEGEND = """\
unproven: it comes out right only because the policy holds it as an example. Every example was also tried with a policy
that never saw it; the figures are that one's. A step over or short of a threshold multiplies the odds by 2.7; of
examples it is one standard deviation of ordinary messages."""


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Try the policies. Exit codes: 0, 2 where an example fails or a file cannot be used, 74."""
    own = own_policies(settings)
    policies = _asked(args.policy_id, own)
    with open_bench(settings, narrate(verbose=False)) as bench:
        if args.on is None:
            is_good = _on_examples(policies, bench, args, settings)
        else:
            is_good = True
            _on_archive(policies, bench, args, settings)
    if args.policy_id is None:
        tell_problems(own)
        is_good = is_good and not own.problems
    return ExitCode.CLEAN if is_good else ExitCode.USAGE


def _asked(policy_id: str | None, own: PolicySet) -> Sequence[Policy]:
    if policy_id is None:
        return own.policies
    policy = file_of(policy_id, own).policy
    return [policy] if policy is not None else []


def _on_examples(policies: Sequence[Policy], bench: Bench, args: argparse.Namespace, settings: Settings) -> bool:
    trials: list[Trial] = []
    with ProgressBar(len(policies), sys.stderr, "policies") as bar:
        for trial in try_policies(policies, bench):
            trials.append(trial)
            bar.advance()
    TrialMemory(settings.paths.cache / TRIED_CACHE, bench).remember(trials)
    if args.json:
        print_json({"policies": [trial.to_json() for trial in trials]})
    else:
        for line in chain.from_iterable(map(trial_lines, trials)):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
        examples = [each for trial in trials for each in trial.examples]
        sys.stderr.write(f"policies tested: {len(trials)}; examples: {counts_words(examples) or 'none'}\n")
        sys.stderr.write(_LEGEND + "\n" if examples else "")
    return not any(trial.failed for trial in trials)


def _on_archive(policies: Sequence[Policy], bench: Bench, args: argparse.Namespace, settings: Settings) -> None:
    tried = [for_archive(policy) for policy in policies]
    trial = ArchiveTrial(policies, bench.matcher(tried, bench.embeddings(tried)))
    archive = open_archive(
        Path(args.on), channel=_CHANNELS.get(args.channel or ""), max_bytes=settings.limits.max_bytes_read
    )
    with archive as (messages, total), ProgressBar(total, sys.stderr) as bar:
        for inspection in bench.inspect_all(messages):
            trial.add(inspection)
            bar.advance()
    if args.json:
        print_json({"on": args.on, "policies": [count.to_json() for count in trial.counts]})
        return
    for line in chain.from_iterable(count.lines() for count in trial.counts):
        sys.stdout.write(line + "\n")
