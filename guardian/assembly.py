"""Puts a gate together from the owner's settings: model, policies, detectors, vetoes.

Invariants: the model's cell starts first and everything else is loaded while it starts; the model file's hash is
checked before the cell may load it; a policy file that cannot be used is told to the observer and never keeps the
others from being in force, nor does a calibration that cannot be used; a gate that follows the policies is given
other rules only when all of them are ready; nothing here screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from guardian.adapt.in_force import open_heads
from guardian.calibration.bank import ReferenceBank, load_reference_bank
from guardian.calibration.state import thresholds_in_force
from guardian.calibration.thresholds import Thresholds
from guardian.detectors.load import load_detectors
from guardian.events import Observer, PolicyProblem, ignore
from guardian.explanation import Explainer
from guardian.gate import Gate
from guardian.hearing import SecondOpinions
from guardian.inference.base import Encoder
from guardian.inference.client import CellEncoder
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.register import Register
from guardian.policy.base import Policy
from guardian.policy.effects.comparing import Comparer
from guardian.policy.effects.track_file import read_track
from guardian.policy.examples import ExampleRows
from guardian.policy.life.in_force import Compare
from guardian.policy.life.standing import is_borrowed, policies_in_force
from guardian.policy.load import PolicySet
from guardian.policy.match import Matcher
from guardian.policy.reload import Reloader, Use
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.trial_memory import try_on_load
from guardian.reading.limits import Limits
from guardian.reading.reader import Reader, WalledReader
from guardian.recording import NoRecord, Recorder
from guardian.rolling.opening import open_conversations
from guardian.rules import Rules
from guardian.senders import Senders
from guardian.settings import Settings
from guardian.vetoes.load import load_vetoes
from guardian.walls.wall import WallLevel

MANIFEST_NAME = "manifest.toml"
EXAMPLES_CACHE = "examples.cache"


@dataclass(frozen=True, slots=True, repr=False)
class Assembled:
    """A gate, and what belongs to it. Each may be used from any thread."""

    gate: Gate
    bench: Bench
    """What policies are tried and explained on, with the gate's own model: nothing of that is recorded."""
    reader: Reader
    """What the gate reads with, for whoever shows what a message says."""
    register: Callable[[], Register]
    """What was measured of the model's process so far."""
    compare: Compare
    """Whether a change makes a policy milder, told with the gate's own model: for whoever amends while it runs."""


@contextmanager
def open_gate(
    settings: Settings,
    observer: Observer = ignore,
    *,
    thresholds: Thresholds | None = None,
    recorder: Recorder | None = None,
    follow: bool = False,
) -> Iterator[Gate]:
    """The gate of `assembled`, for whoever only screens."""
    with assembled(settings, observer, thresholds=thresholds, recorder=recorder, follow=follow) as parts:
        yield parts.gate


@contextmanager
def assembled(
    settings: Settings,
    observer: Observer = ignore,
    *,
    thresholds: Thresholds | None = None,
    recorder: Recorder | None = None,
    follow: bool = False,
) -> Iterator[Assembled]:
    """A gate that is ready to screen; the model's cell ends with the context.

    The thresholds are those that the owner calibrated, else the manifest's; `thresholds` is for looking at what others
    would change. Without a recorder nothing is kept, and the owner's judge is not asked: that is for runs that measure.
    With `follow` the gate goes on to judge by the policies as they change: that is for programs that go on running.
    The observer is then called from another thread as well, and so it is where a judge is asked; the judge's model is
    loaded with its first question, or by `Gate.start_judge`. Raises ModelError,
    PolicyError or CellError where there is nothing to screen with.
    """
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    cache = settings.paths.cache / EXAMPLES_CACHE
    with start_cell(settings, manifest, observer) as encoder, ExitStack() as stack:
        reader = stack.enter_context(closing(reader_of(settings)))
        compare = Comparer(settings, manifest, cache, lambda: encoder, reader)
        reloader = Reloader(settings, observer, compare=compare)
        policies = reloader.read()
        bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
        examples = ExampleRows(encoder, cache, reloader.note, model_sha256=manifest.sha256)
        thresholds = thresholds or thresholds_in_force(settings.paths.calibration_file, manifest, observer)
        maker = _RuleMaker(encoder, manifest, bank, thresholds, examples, settings.paths.track_records)
        judge = None if recorder is None else _judge_of(settings, observer, lambda: gate.policies)
        if judge is not None:
            stack.enter_context(closing(judge))
        gate = Gate(
            encoder=encoder,
            manifest=manifest,
            detectors=load_detectors(manifest, thresholds),
            vetoes=load_vetoes(),
            rules=maker.rules_of(policies, reloader.note),
            reader=reader,
            recorder=recorder or NoRecord(),
            conversations=open_conversations(settings, recorder),
            senders=stack.enter_context(closing(senders_of(settings, recorder))),
            heads=open_heads(settings, recorder, manifest, observer),
            judge=judge,
        )
        examples.save()
        bench = maker.bench(gate)
        try_examples = partial(_try_examples, settings, bench, observer)
        try_examples(policies)
        if follow:
            stack.enter_context(reloader.following(_using(gate, maker, try_examples), examples.save))
        yield Assembled(gate, bench, reader, lambda: encoder.register, compare)


class _RuleMaker:
    """Makes the rules of a set of policies, and keeps what need not be worked out again for the next set."""

    def __init__(
        self,
        encoder: Encoder,
        manifest: Manifest,
        bank: ReferenceBank,
        thresholds: Thresholds,
        examples: ExampleRows,
        track_records: Path,
    ) -> None:
        self._encoder, self._manifest, self._bank = encoder, manifest, bank
        self._thresholds, self._examples = thresholds, examples
        self._track_records = track_records
        self._earlier: Matcher | None = None

    def rules_of(self, policies: PolicySet, observer: Observer) -> Rules:
        """The rules; the observer is told of examples that do not count."""
        rows = self._examples.of(policies.policies, observer)
        matcher = Matcher(policies.policies, self._manifest, self._bank, rows, self._thresholds, earlier=self._earlier)
        self._earlier = matcher
        explainer = Explainer(self._encoder, self._manifest, matcher)
        return Rules(matcher, explainer, policies.sha256, read_track(self._track_records))

    def bench(self, gate: Gate) -> Bench:
        """What the owner's examples are tried on, with all that is kept here."""
        return Bench(gate.inspect_all, self._examples, self._manifest, self._bank, self._thresholds)


def _judge_of(
    settings: Settings, observer: Observer, policies: Callable[[], Sequence[Policy]]
) -> SecondOpinions | None:
    """The owner's judge, where there is one; its model is loaded with the first question, or at `start`."""
    if not settings.judge.model:
        return None
    from guardian.judge.late import Hearings  # here: who has no judge pays nothing for it
    from guardian.judge.opening import open_judge

    desk = open_judge(settings, observer, policies=policies)
    return Hearings(desk, settings.judge.timeout_s) if desk is not None else None


def _using(gate: Gate, maker: _RuleMaker, try_examples: Callable[[PolicySet], None]) -> Use:
    def use(policies: PolicySet, observer: Observer) -> None:
        gate.use(maker.rules_of(policies, observer))
        try_examples(policies)

    return use


def _try_examples(settings: Settings, bench: Bench, observer: Observer, policies: PolicySet) -> None:
    """Examples are tests, on load too; but not those of a folder that was named for one run alone."""
    if not is_borrowed(settings):
        try_on_load(policies, bench, settings.paths, observer)


@contextmanager
def comparing(settings: Settings) -> Iterator[Compare]:
    """A comparison of policies for whoever has no gate; a model that it needed ends with the context.

    Raises ModelError where there is no model to compare with.
    """
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    with ExitStack() as cells:
        yield Comparer(
            settings,
            manifest,
            settings.paths.cache / EXAMPLES_CACHE,
            lambda: cells.enter_context(start_cell(settings, manifest, ignore)),
            cells.enter_context(closing(reader_of(settings))),
        )


def load_owner_policies(settings: Settings, observer: Observer = ignore, compare: Compare | None = None) -> PolicySet:
    """The policies in force. The starter policies are copied on first use, unless a folder was named.

    Without `compare` a change waits that might have to. Raises PolicyError where the folder cannot be read or written.
    """
    policies = policies_in_force(settings, observer, compare=compare).policies
    for problem in policies.problems:
        observer(PolicyProblem(problem.to_line()))
    return policies


def limits_of(settings: Settings) -> Limits:
    """The reader's limits as the owner set them."""
    return settings.limits


def reader_of(settings: Settings) -> WalledReader:
    """The reader with the owner's limits and wall; whoever makes it closes it."""
    return WalledReader(limits_of(settings), _wall_limit(settings))


def senders_of(settings: Settings, recorder: Recorder | None) -> Senders:
    """Who wrote, and from whom messages came before: nobody for a run that is to leave no trace."""
    believed, paths = settings.senders.believed_servers, settings.paths
    is_hermetic = recorder is None or isinstance(recorder, NoRecord) or is_borrowed(settings)
    if is_hermetic or settings.senders.remember == "off":
        return Senders(None, believed)
    from guardian.contacts import Contacts  # here: a run that keeps nothing need not load the database

    return Senders(Contacts(paths.contacts_file, paths.contacts_key), believed)


def start_cell(settings: Settings, manifest: Manifest, observer: Observer) -> CellEncoder:
    """The model in its cell, as the owner set it; whoever starts it closes it. Raises ModelError, CellError."""
    return CellEncoder(
        manifest,
        settings.model_dir,
        threads=settings.model.threads,
        batch_timeout_s=settings.model.batch_timeout_s,
        wall_limit=_wall_limit(settings),
        observer=observer,
    )


def _wall_limit(settings: Settings) -> WallLevel:
    """The strongest wall that may be tried."""
    return WallLevel.NETNS if settings.model.wall == "auto" else WallLevel(settings.model.wall)
