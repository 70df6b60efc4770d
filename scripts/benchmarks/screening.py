"""What each part of screening costs alone, on a message of 100 tokens, without waiting for another process.

Reading, rules and matching run in Guardian's own process; the cell's share is what pipe, frames and threads add to the
bare encoder pass, in turns with it.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.figure import Figure, NotMeasured, Row, Target, differences
from benchmarks.policies import ADDED, ADDED_FOR
from benchmarks.texts import MESSAGE_100_TOKENS, Text
from benchmarks.turns import elapsed_ms, take_turns
from benchmarks.workplace import Workplace
from guardian.assembly import EXAMPLES_CACHE, limits_of
from guardian.calibration.bank import ReferenceBank, load_reference_bank
from guardian.detectors.base import Evidence
from guardian.detectors.load import load_detectors
from guardian.events import ignore
from guardian.inference.base import Encoding
from guardian.inference.client import CellEncoder
from guardian.inference.strata import stratum_of
from guardian.policy.examples import embed_examples
from guardian.policy.load import load_policies
from guardian.policy.match import Matcher
from guardian.reading.read import read

_REPEATS = 5
"""Times that one sample runs a part of less than a millisecond: its cost is the mean of these."""


def run(bench: Workplace) -> list[Row]:
    """The parts, then the cell."""
    settings, manifest = bench.settings(), bench.manifest
    message = Text(MESSAGE_100_TOKENS).message()
    limits = limits_of(settings)
    reading = read(message, limits)
    windows = [window.text for window in reading.windows]
    bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
    with CellEncoder(manifest, settings.model_dir, threads=bench.threads) as encoder:
        encoding = encoder.submit(windows).result()
        if not isinstance(encoding, Encoding):
            return [NotMeasured("parts of screening", encoding.say, is_error=True)]
        stratum = stratum_of(message.channel, reading.characters)
        evidence = Evidence(message, reading, manifest.scores(encoding.logits, stratum), encoding)
        detectors = load_detectors(manifest)
        rows: list[Row] = [
            _part(bench, "reading alone", lambda: read(message, limits)),
            _part(bench, "rules alone", lambda: [each.detect(evidence) for each in detectors]),
        ]
        rows += [_matching(bench, encoder, bank, evidence, size) for size in bench.counts.policies]
        rows.append(_cell(bench, encoder, windows))
    return rows


def _matching(bench: Workplace, encoder: CellEncoder, bank: ReferenceBank, evidence: Evidence, size: int) -> Figure:
    policies = load_policies(bench.policies(size)).policies
    cache = bench.settings().paths.cache / EXAMPLES_CACHE
    examples = embed_examples(policies, encoder, cache, ignore, model_sha256=bench.manifest.sha256)
    matcher = Matcher(policies, bench.manifest, bank, examples)
    target = ADDED if size == ADDED_FOR else None
    return _part(bench, f"matching alone, {size} policies", lambda: matcher.match(evidence, ()), target)


def _part(bench: Workplace, name: str, work: Callable[[], object], target: Target | None = None) -> Figure:
    work()
    samples = [elapsed_ms(lambda: [work() for _ in range(_REPEATS)]) / _REPEATS for _ in range(bench.counts.rounds)]
    return Figure(name, samples, "ms", target)


def _cell(bench: Workplace, encoder: CellEncoder, windows: list[str]) -> Figure:
    with bench.bare() as bare:
        roads = {
            "cell": lambda _turn: elapsed_ms(lambda: encoder.submit(windows).result()),
            "bare": lambda _turn: bare.encode_ms(windows),
        }
        turns = take_turns(roads, bench.counts.rounds)
    return Figure("the cell, over the bare encoder pass", differences(turns["cell"], turns["bare"]), "ms")
