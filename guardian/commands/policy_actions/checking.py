"""What `policy check`, `policy new` and `policy edit` have in common: every check of policies, the model's where it is.

Invariant: what could not be checked is named, so that silence always means that nothing was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from guardian.assembly import MANIFEST_NAME
from guardian.calibration.bank import load_reference_bank
from guardian.calibration.state import thresholds_in_force
from guardian.errors import CellError, ModelError, PolicyError
from guardian.events import Observer, ignore
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
from guardian.workbench import open_bench

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


def check_files(
    files: Sequence[LoadedFile],
    settings: Settings,
    *,
    with_model: bool = True,
    others: Sequence[LoadedFile] = (),
    observer: Observer = ignore,
    advance: Callable[[], None] = lambda: None,
) -> Checked:
    """All that there is to say of `files`, and of what they say to each other and to `others`; `advance` is called
    behind each policy whose examples were tried."""
    loaded = [file.policy for file in (*files, *others) if file.policy is not None]
    trials: list[tuple[LoadedFile, Trial]] = []
    rows: Mapping[str, Floats] = {}
    left_out = []
    with _bench(settings, observer, wanted=with_model and any(file.policy is not None for file in files)) as bench:
        if isinstance(bench, Bench):
            rows = example_rows(loaded, bench)
            for trial in tried(files, bench):
                trials.append(trial)
                advance()
        elif any(file.policy is not None and file.policy.examples for file in files):
            left_out.append(f"{_NEEDS_MODEL} ({bench})")
    manifest = _manifest(settings)
    problems = [problem for file in files for problem in file.problems]
    ordinary = _ordinary_texts(settings)
    problems += lint_files(files, manifest, date.today(), rows=rows, ordinary=ordinary, others=others)
    problems += (problem for file, trial in trials for problem in trial_problems(trial, file))
    try:
        problems += _on_bank(files, settings, manifest, rows)
    except ModelError as error:
        left_out.append(f"{_NEEDS_BANK} ({error.line()})")
    return Checked(tuple(in_order(files, problems)), tuple(trial for _, trial in trials), tuple(left_out))


@contextmanager
def _bench(settings: Settings, observer: Observer, *, wanted: bool) -> Iterator[Bench | str]:
    """A bench, or why there is none."""
    if not wanted:
        yield "the model was not asked"
        return
    with ExitStack() as cells:
        try:
            found: Bench | str = cells.enter_context(open_bench(settings, observer))
        except (ModelError, CellError) as error:
            found = error.line()
        yield found


def _manifest(settings: Settings) -> Manifest | None:
    """The manifest, for what can be said of tactics; None where the model is not in order, which `doctor` tells."""
    try:
        return load_manifest(settings.model_dir / MANIFEST_NAME)
    except ModelError:
        return None


def _on_bank(
    files: Sequence[LoadedFile], settings: Settings, manifest: Manifest | None, rows: Mapping[str, Floats]
) -> list[Problem]:
    """What the reference bank says. Raises ModelError where there is none."""
    if all(file.policy is None for file in files):
        return []
    if manifest is None:
        manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
    thresholds = thresholds_in_force(settings.paths.calibration_file, manifest, ignore)
    return list(bank_problems(files, manifest, bank, thresholds, rows))


def _ordinary_texts(settings: Settings) -> list[str]:
    """The fine examples of the starter policies as they were shipped: texts that no pattern should find many of."""
    try:
        shipped = load_policies(settings.paths.shipped_policies).policies
    except PolicyError:
        return []
    return [example.text for policy in shipped for example in policy.examples if not example.flag]
