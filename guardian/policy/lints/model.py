"""What only the reference bank, or the model itself, can tell of policies: how they fare on texts.

Invariants: pure but for the bench that it is given; every policy is tried as if it were in force; nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.thresholds import Thresholds
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.policy.base import Policy
from guardian.policy.lints.bank import BankLint
from guardian.policy.lints.found import as_problems
from guardian.policy.load import LoadedFile
from guardian.policy.position import Positions
from guardian.policy.problem import Problem
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.trial import Trial, as_if_in_force, try_policies


def bank_problems(
    files: Sequence[LoadedFile],
    manifest: Manifest,
    bank: ReferenceBank,
    thresholds: Thresholds,
    rows: Mapping[str, Floats],
) -> Iterator[Problem]:
    """Policies that would match too many ordinary messages. `rows` are those of `example_rows`; without them examples
    do not count."""
    lint = BankLint(manifest, bank, thresholds)
    for file in files:
        if file.policy is not None and file.source is not None:
            yield from as_problems(file.path, lint.problems(file.policy, Positions(file.source.text), rows))


def example_rows(policies: Sequence[Policy], bench: Bench) -> Mapping[str, Floats]:
    """Unit vectors of the policies' examples and prose by their text, drafts' too."""
    return bench.embeddings([as_if_in_force(policy) for policy in policies])


def tried(files: Sequence[LoadedFile], bench: Bench) -> Iterator[tuple[LoadedFile, Trial]]:
    """Each file that loaded, with what became of its examples."""
    loaded = [(file, file.policy) for file in files if file.policy is not None]
    trials = try_policies([policy for _, policy in loaded], bench)
    yield from ((file, trial) for (file, _), trial in zip(loaded, trials, strict=True))
