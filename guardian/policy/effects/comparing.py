"""`behaviour.loosens` with the model beside it: what `in_force.settle` asks whether a change is milder.

Invariants: nothing of the model is loaded, and its cell not started, before something hangs on it: on examples that
changed, and of which the cache has no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from guardian.calibration.bank import ReferenceBank, load_reference_bank
from guardian.calibration.state import thresholds_in_force
from guardian.calibration.thresholds import Thresholds
from guardian.detectors.base import Evidence
from guardian.detectors.possible import possible_scores
from guardian.errors import GuardianError
from guardian.events import Observer, ignore
from guardian.inference.base import Encoder, Encoding, Floats
from guardian.inference.manifest import Manifest
from guardian.inference.strata import stratum_of
from guardian.message import Channel, Message
from guardian.policy.base import Policy
from guardian.policy.effects.behaviour import Probes, loosens
from guardian.policy.effects.sample import Sample
from guardian.policy.examples import embed_examples
from guardian.reading.language import is_covered
from guardian.reading.reader import Reader
from guardian.settings import Settings


class Comparer:
    """Says why one version of a policy is milder than another (`in_force.Compare`)."""

    def __init__(
        self,
        settings: Settings,
        manifest: Manifest,
        examples_cache: Path,
        encoder: Callable[[], Encoder],
        reader: Reader,
        *,
        observer: Observer = ignore,
        today: Callable[[], date] = date.today,
    ) -> None:
        """`encoder` starts the model where it does not run yet; it is asked for once at most. `reader` reads the
        examples, which may be a stranger's: those of a pack."""
        self._settings, self._manifest, self._examples_cache = settings, manifest, examples_cache
        self._start, self._reader, self._observer, self._today = encoder, reader, observer, today

    def __call__(self, before: Policy | None, after: Policy | None) -> str | None:
        """See `loosens`. None also where the model was needed, and could not be had."""
        if before is None or after is None or not (before.is_in_force and after.is_in_force):
            return loosens(before, after, Probes(self._today()))
        try:
            probes = Probes(self._today(), self._manifest, self._thresholds, self._bank)
            why = loosens(before, after, probes)
            if why is None:
                probes = replace(probes, embeddings=self._rows(before, after), tests=self._tests(before, after))
                why = loosens(before, after, probes)
        except GuardianError:
            return None
        return why

    @cached_property
    def _encoder(self) -> Encoder:
        return self._start()

    @cached_property
    def _bank(self) -> ReferenceBank:
        return load_reference_bank(self._settings.model_dir / self._manifest.bank_file, self._manifest.bank_sha256)

    @cached_property
    def _thresholds(self) -> Thresholds:
        return thresholds_in_force(self._settings.paths.calibration_file, self._manifest, self._observer)

    def _rows(self, before: Policy, after: Policy) -> Mapping[str, Floats]:
        return embed_examples(
            (before, after), self._encoder, self._examples_cache, self._observer, model_sha256=self._manifest.sha256
        )

    def _tests(self, before: Policy, after: Policy) -> dict[tuple[str, Channel], Sample]:
        """The examples of both versions as the model judges them. Rules are left out: they find the same for either
        version, so without them nothing is taken for covered that is not."""
        if before.examples == after.examples:
            return {}
        texts = dict.fromkeys(example.text for example in (*before.examples, *after.examples))
        judged = ((text, channel, self._judged(text, channel)) for text in texts for channel in before.channels)
        return {(text, channel): sample for text, channel, sample in judged if sample is not None}

    def _judged(self, text: str, channel: Channel) -> Sample | None:
        """One example as a message on a channel; None where the model does not answer."""
        message = Message(text.encode("utf-8", "replace"), channel=channel)
        reading = self._reader.read(message)
        windows = [window for window in reading.windows if is_covered(window.text)]
        reading = replace(reading, windows=tuple(windows))
        answer = self._encoder.submit([window.text for window in windows]).result()
        if not isinstance(answer, Encoding):
            return None
        scores = self._manifest.scores(answer.logits, stratum_of(channel, reading.characters))
        return Sample("", Evidence(message, reading, possible_scores(scores, message, reading), answer))
