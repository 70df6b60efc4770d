"""Where hostile input is measured: the product's own gate with the starter policies, in a home of its own.

Invariants: nothing of the owner's is read or written; model, detectors, vetoes, policies and limits are those that
ship; an encoder that remembers its windows gives the same numbers as one that does not, so that texts which share most
of their windows can be measured by the thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guardian.assembly import EXAMPLES_CACHE, MANIFEST_NAME, reader_of, start_cell
from guardian.calibration.bank import load_reference_bank
from guardian.calibration.thresholds import shipped_thresholds
from guardian.detectors.load import load_detectors
from guardian.events import ignore
from guardian.explanation import Explainer
from guardian.gate import Gate
from guardian.inference.base import Encoder, Encoding, EncodingFailure
from guardian.inference.manifest import load_manifest
from guardian.paths import HOME_VARIABLE
from guardian.policy.examples import embed_examples
from guardian.policy.load import load_policies
from guardian.policy.match import Matcher
from guardian.reading.limits import Limits
from guardian.reading.reader import LocalReader, Reader
from guardian.recording import NoRecord
from guardian.rules import Rules
from guardian.settings import Settings, load_settings
from guardian.tactics import group_of
from guardian.verdict import Outcome, Verdict
from guardian.vetoes.load import load_vetoes

ROOT = Path(__file__).resolve().parent.parent.parent
EVASION = "obfuscation"
"""The group of tactics that are ways of hiding."""


class RememberingEncoder:
    """An `Encoder` that asks the model about each window once."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self._rows: dict[str, Encoding] = {}

    @property
    def wall(self) -> str:
        """See `Encoder`."""
        return self._inner.wall

    def submit(self, texts: Sequence[str]) -> Future[Encoding | EncodingFailure]:
        """See `Encoder`."""
        answer: Future[Encoding | EncodingFailure] = Future()
        missing = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if not texts or not missing:
            answer.set_result(self._joined(texts) if texts else self._inner.submit(()).result())
            return answer

        def take(done: Future[Encoding | EncodingFailure]) -> None:
            found = done.result()
            if isinstance(found, Encoding):
                self._rows |= {text: found.take([row]) for row, text in enumerate(missing)}
                found = self._joined(texts)
            answer.set_result(found)

        self._inner.submit(missing).add_done_callback(take)
        return answer

    def close(self) -> None:
        """Nothing to end: whoever started the encoder inside ends it."""

    def _joined(self, texts: Sequence[str]) -> Encoding:
        rows = [self._rows[text] for text in texts]
        return Encoding(
            np.concatenate([row.logits for row in rows]),
            np.concatenate([row.embeddings for row in rows]),
            np.concatenate([row.tokens for row in rows]),
            np.concatenate([row.unknown for row in rows]),
            0.0,
        )


@dataclass(frozen=True, slots=True, repr=False)
class House:
    """A gate, and what a measurement needs beside it."""

    gate: Gate
    settings: Settings
    limits: Limits


def hermetic_settings(home: Path, **flags: object) -> Settings:
    """The defaults with the starter policies; `limits__max_windows=8` for a key with a dot."""
    chosen = {name.replace("__", "."): value for name, value in flags.items()}
    return load_settings({HOME_VARIABLE: str(home)}, {"policies_dir": str(ROOT / "policies"), **chosen})


@contextmanager
def open_house(home: Path, *, walled: bool = False, reader: Reader | None = None, **flags: object) -> Iterator[House]:
    """The gate that an owner has on the first day; with `walled` mail and HTML are taken apart behind walls.

    `reader` takes the place of the product's; `flags` are settings, as for `hermetic_settings`.
    """
    settings = hermetic_settings(home, **flags)
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    chosen: Reader = reader or (reader_of(settings) if walled else LocalReader(settings.limits))
    with start_cell(settings, manifest, ignore) as cell, closing(chosen):
        yield House(gate_of(settings, RememberingEncoder(cell), chosen), settings, settings.limits)


def gate_of(settings: Settings, encoder: Encoder, reader: Reader) -> Gate:
    """A gate with the shipped policies, detectors and vetoes. An encoder that is down leaves examples out."""
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
    policies = load_policies(settings.policies_dir)
    cache = settings.paths.cache / EXAMPLES_CACHE
    rows = embed_examples(policies.policies, encoder, cache, ignore, model_sha256=manifest.sha256)
    thresholds = shipped_thresholds(manifest)
    matcher = Matcher(policies.policies, manifest, bank, rows, thresholds)
    return Gate(
        encoder=encoder,
        manifest=manifest,
        detectors=load_detectors(manifest, thresholds),
        vetoes=load_vetoes(),
        rules=Rules(matcher, Explainer(encoder, manifest, matcher), policies.sha256),
        reader=reader,
        recorder=NoRecord(),
    )


def is_flagged(verdict: Verdict) -> bool:
    """Whether a policy matched that warns."""
    return verdict.outcome is Outcome.FLAGGED


def evasions(verdict: Verdict) -> list[str]:
    """The tactics of hiding that a verdict names, vetoed ones left out."""
    return [finding.tactic for finding in verdict.findings if group_of(finding.tactic) == EVASION]
