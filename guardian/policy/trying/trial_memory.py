"""Examples are tests on load, too: a policy that changed is tried once, when it is next loaded beside the model.

What was tried is remembered by a hash over the policy, the model and the thresholds, so that a policy as it was costs
nothing. A policy that came with the program and is still word for word as it came is not tried on load: nobody changed
it, and `guardian policy test` tells how it fares.

Invariants: nothing here keeps a policy out of force; the file holds hashes alone, is replaced whole with mode 0600, and
one that is damaged or can't be written costs a second trial and is never an error.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.calibration.thresholds import fingerprint
from guardian.errors import GuardianError
from guardian.events import ExampleFails, Observer
from guardian.owner_files import replace_file
from guardian.paths import Paths, ensure_private_directory
from guardian.policy.base import Policy
from guardian.policy.load import LoadedFile, PolicySet, policy_sha256
from guardian.policy.trying.bench import Bench

if TYPE_CHECKING:
    from guardian.policy.trying.trial import Trial

TRIED_CACHE: Final = "tried.json"
MOST_EXAMPLES: Final = 24
"""Examples that are tried in one load, so that no start is slow; what is left waits for the next one. A policy with
more is tried by `guardian policy test` alone."""
_MODEL_REASONS: Final = "model-"
"""How the codes of reasons begin that are of the model and not of the text."""
_MOST_KEPT: Final = 4_000
_LARGEST_BYTES: Final = 1 << 20


def try_on_load(policies: PolicySet, bench: Bench, paths: Paths, observer: Observer) -> None:
    """Try the policies in force that changed since they were last tried, and tell `observer` of examples that fail."""
    own = [file for file in policies.files if _is_to_try(file, paths.shipped_policies)]
    if not own:
        return
    from guardian.policy.trying.trial import try_policies  # here: most starts have nothing to try
    from guardian.policy.trying.trial_words import trial_problems

    memory = TrialMemory(paths.cache / TRIED_CACHE, bench)
    files, examples = [], 0
    for file, policy in _new(own, memory):
        examples += len(policy.examples)
        if examples > MOST_EXAMPLES:
            break
        files.append((file, policy))
    trials = list(try_policies([policy for _, policy in files], bench)) if files else []
    for (file, _), trial in zip(files, trials, strict=True):
        for problem in trial_problems(trial, file):
            observer(ExampleFails(problem.to_line()))
    memory.remember(trials)


class TrialMemory:
    """Which policies were tried by this model, under these thresholds."""

    def __init__(self, path: Path, bench: Bench) -> None:
        self._path = path
        thresholds = sorted((channel, sorted(each.items())) for channel, each in bench.thresholds.by_channel.items())
        self._judge = f"{fingerprint(bench.manifest)} {json.dumps(thresholds)}"
        self._tried = _read(path)

    def knows(self, policy: Policy) -> bool:
        """Whether the policy, as it is, was tried; its status and scope do not matter for that."""
        return self._key(policy) in self._tried

    def remember(self, trials: Iterable[Trial]) -> None:
        """Note that these policies were tried; not those of which the model failed to answer for an example."""
        done = [self._key(trial.policy) for trial in trials if not _model_failed(trial)]
        if done:
            self._tried = {**dict.fromkeys(done), **self._tried}
            _write(self._path, list(self._tried)[:_MOST_KEPT])

    def _key(self, policy: Policy) -> str:
        from guardian.policy.trying.trial import as_if_in_force

        return hashlib.sha256(f"{policy_sha256(as_if_in_force(policy))} {self._judge}".encode()).hexdigest()


def _model_failed(trial: Trial) -> bool:
    return any(r.code.startswith(_MODEL_REASONS) for each in trial.examples for r in each.coverage.reasons)


def _is_to_try(file: LoadedFile, shipped: Path) -> bool:
    """Whether a file holds a policy in force with examples, not too many, that is not word for word as it came."""
    if file.policy is None or file.source is None or not file.policy.is_in_force:
        return False
    if not 0 < len(file.policy.examples) <= MOST_EXAMPLES:
        return False
    try:
        return (shipped / file.path.name).read_text(encoding="utf-8") != file.source.text
    except (OSError, ValueError):
        return True


def _new(files: Iterable[LoadedFile], memory: TrialMemory) -> Iterator[tuple[LoadedFile, Policy]]:
    for file in files:
        if file.policy is not None and not memory.knows(file.policy):
            yield file, file.policy


def _read(path: Path) -> dict[str, None]:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW), "rb") as file:
            tried = json.loads(file.read(_LARGEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return dict.fromkeys(key for key in tried if isinstance(key, str)) if isinstance(tried, list) else {}


def _write(path: Path, tried: list[str]) -> None:
    with suppress(OSError, GuardianError):
        ensure_private_directory(path.parent)
        replace_file(path, [json.dumps(tried).encode("ascii")], is_cache=True)
