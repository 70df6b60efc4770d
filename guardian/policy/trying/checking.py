"""Every check of policies, the model's where it is: what `policy check`, `new` and `edit` say, and the app's editor.

Invariants: what could not be checked is named, so that silence always means that nothing was found; the bench is
somebody else's: nothing is opened here but files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from guardian.assembly import MANIFEST_NAME
from guardian.calibration.bank import ReferenceBank, load_reference_bank
from guardian.calibration.state import thresholds_in_force
from guardian.calibration.thresholds import Thresholds
from guardian.errors import ModelError, PolicyError
from guardian.events import ignore
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest, load_manifest
from guardian.policy.lint import in_order, lint_files
from guardian.policy.lints.model import bank_problems, example_rows, tried
from guardian.policy.load import LoadedFile, load_policies
from guardian.policy.problem import Problem
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.trial import Trial
from guardian.policy.trying.trial_words import trial_problems
from guardian.settings import Settings

_NEEDS_MODEL: Final = "how their examples fare, and which of them nearly contradict each other"
_NEEDS_BANK: Final = "how many ordinary messages they would match"


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """What was found, and what was not looked for."""

    problems: tuple[Problem, ...]
    """In the order of files and places."""
    trials: tuple[Trial, ...] = ()
    """What became of the examples, where the model was there."""
    left_out: tuple[str, ...] = ()
    """What was not checked, and why."""


def check_texts(files: Sequence[LoadedFile], settings: Settings, others: Sequence[LoadedFile] = ()) -> list[Problem]:
    """What there is to say of `files` without the model and without the bank: quick enough while somebody types."""
    problems = [problem for file in files for problem in file.problems]
    ordinary = _ordinary_texts(settings)
    problems += lint_files(
        files,
        _manifest(settings),
        date.today(),
        ordinary=ordinary,
        others=others,
        has_judge=bool(settings.judge.model),
    )
    return in_order(files, problems)


def check_on_bench(
    files: Sequence[LoadedFile],
    settings: Settings,
    bench: Bench | str,
    *,
    others: Sequence[LoadedFile] = (),
    advance: Callable[[], None] = lambda: None,
) -> Checked:
    """All that there is to say of `files`, and of what they say to each other and to `others`.

    `bench` may be the words why there is none. `advance` is called behind each policy whose examples were tried.
    """
    loaded = [file.policy for file in (*files, *others) if file.policy is not None]
    trials: list[tuple[LoadedFile, Trial]] = []
    rows: Mapping[str, Floats] = {}
    left_out = []
    if isinstance(bench, Bench):
        rows = example_rows(loaded, bench)
        for trial in tried(files, bench):
            trials.append(trial)
            advance()
    elif any(file.policy is not None and file.policy.examples for file in files):
        left_out.append(f"{_NEEDS_MODEL} ({bench})")
    problems = [problem for file in files for problem in file.problems]
    manifest = bench.manifest if isinstance(bench, Bench) else _manifest(settings)
    ordinary = _ordinary_texts(settings)
    problems += lint_files(
        files,
        manifest,
        date.today(),
        rows=rows,
        ordinary=ordinary,
        others=others,
        has_judge=bool(settings.judge.model),
    )
    problems += (problem for file, trial in trials for problem in trial_problems(trial, file))
    try:
        problems += _on_bank(files, settings, bench, rows)
    except ModelError as error:
        left_out.append(f"{_NEEDS_BANK} ({error.line()})")
    return Checked(tuple(in_order(files, problems)), tuple(trial for _, trial in trials), tuple(left_out))


def _manifest(settings: Settings) -> Manifest | None:
    """The manifest, for what can be said of tactics; None where the model is not in order, which `doctor` tells."""
    try:
        return load_manifest(settings.model_dir / MANIFEST_NAME)
    except ModelError:
        return None


def _on_bank(
    files: Sequence[LoadedFile], settings: Settings, bench: Bench | str, rows: Mapping[str, Floats]
) -> list[Problem]:
    """What the reference bank says. Raises ModelError where there is none."""
    if all(file.policy is None for file in files):
        return []
    manifest, bank, thresholds = _measured(settings, bench)
    return list(bank_problems(files, manifest, bank, thresholds, rows))


def _measured(settings: Settings, bench: Bench | str) -> tuple[Manifest, ReferenceBank, Thresholds]:
    """What the bench has loaded already, or what lies on disk. Raises ModelError where there is neither."""
    if isinstance(bench, Bench):
        return bench.manifest, bench.bank, bench.thresholds
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
    return manifest, bank, thresholds_in_force(settings.paths.calibration_file, manifest, ignore)


def _ordinary_texts(settings: Settings) -> list[str]:
    """The fine examples of the starter policies as they were shipped: texts that no pattern should find many of."""
    try:
        shipped = load_policies(settings.paths.shipped_policies).policies
    except PolicyError:
        return []
    return [example.text for policy in shipped for example in policy.examples if not example.flag]
