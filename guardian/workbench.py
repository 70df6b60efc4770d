"""Opens a bench to try and explain policies on, whether they are in force or not.

Invariants: the gate behind it holds no policy and records nothing; the model's cell ends with the context.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from guardian.assembly import EXAMPLES_CACHE, MANIFEST_NAME, reader_of, start_cell
from guardian.calibration.bank import load_reference_bank
from guardian.calibration.state import thresholds_in_force
from guardian.detectors.load import load_detectors
from guardian.events import Observer, ignore
from guardian.explanation import Explainer
from guardian.gate import Gate
from guardian.inference.manifest import load_manifest
from guardian.policy.examples import ExampleRows
from guardian.policy.load import policy_set_sha256
from guardian.policy.match import Matcher
from guardian.policy.trying.bench import Bench
from guardian.recording import NoRecord
from guardian.rules import Rules
from guardian.settings import Settings
from guardian.vetoes.load import load_vetoes


@contextmanager
def open_bench(settings: Settings, observer: Observer = ignore) -> Iterator[Bench]:
    """A bench; its cell ends with the context. Raises ModelError, CellError where there is nothing to try with."""
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    with start_cell(settings, manifest, observer) as encoder, closing(reader_of(settings)) as reader:
        bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
        thresholds = thresholds_in_force(settings.paths.calibration_file, manifest, observer)
        nothing = Matcher((), manifest, bank, {}, thresholds)
        gate = Gate(
            encoder=encoder,
            manifest=manifest,
            detectors=load_detectors(manifest, thresholds),
            vetoes=load_vetoes(),
            rules=Rules(nothing, Explainer(encoder, manifest, nothing), policy_set_sha256(())),
            reader=reader,
            recorder=NoRecord(),
        )
        cache = settings.paths.cache / EXAMPLES_CACHE
        rows = ExampleRows(encoder, cache, observer, model_sha256=manifest.sha256)
        yield Bench(gate.inspect_all, rows, manifest, bank, thresholds)
