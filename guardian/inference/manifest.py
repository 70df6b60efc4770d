"""The model's manifest: which file is the model, what its outputs mean, and how well they were measured.

Invariants: a `Manifest` is complete and consistent, or `load_manifest` raised a ModelError that names file and
place; the columns of `Encoding.logits` are `Manifest.outputs`, in that order; scores are calibrated by the
manifest's own scale and bias, so they are the same for every reader of it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from guardian.errors import ModelError
from guardian.inference.base import Floats
from guardian.inference.model_file import OpenModel
from guardian.inference.outputs import Output, OutputKind
from guardian.inference.strata import Length, Stratum
from guardian.message import Channel

MANIFEST_LIMIT_BYTES: Final = 1024 * 1024
STRONGEST: Final = 3
"""Tactics that count for the overall risk."""
_NEAR_CERTAIN: Final = 1e-6
"""Scores nearer than this to 0 or 1 count as this near, so that logits stay finite."""
MOST_SHIFT: Final = 20.0
"""Largest shift of a stratum; a true one is a few units of logit."""
_HINT: Final = "reinstall guardian, or restore models/manifest.toml"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LABEL: Final = re.compile(r"[a-z][a-z0-9_]*")
_EMBEDDING_LABEL: Final = "e{}"

Value = TypeVar("Value", str, int, float, bool, list)  # type: ignore[type-arg]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One model and everything that must be known to use it."""

    path: Path
    """Where the manifest was read."""
    name: str
    file: str
    """Name of the model's file, in the folder of models."""
    sha256: str
    size_bytes: int
    embedding: int
    """Numbers of the policy embedding."""
    positions: int
    """Tokens that the model can take."""
    max_window_tokens: int
    """Tokens of the longest window, specials included."""
    weights: str
    """Type of the weights, such as BF16."""
    licence: str
    bank_file: str
    """Name of the reference bank's file."""
    bank_sha256: str
    outputs: tuple[Output, ...]
    check_file: str = field(default="", repr=False)
    """Name of the file of test rows that a personal head is held against; empty where there is none. It gives no score
    its meaning, so it is not in `repr`, which the fingerprint of a calibration is made of."""
    check_sha256: str = field(default="", repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the outputs, in their order."""
        return tuple(output.label for output in self.outputs)

    def open(self, models_dir: Path) -> OpenModel:
        """Open the model's file without hashing it yet. Raises ModelError; the caller closes the result."""
        return OpenModel(models_dir / self.file, self.size_bytes, self.sha256)

    def verify(self, models_dir: Path) -> OpenModel:
        """Open the model's file and check its size and SHA-256. Raises ModelError; the caller closes the result."""
        model = self.open(models_dir)
        try:
            model.verify()
        except ModelError:
            model.close()
            raise
        return model

    def window_scores(self, logits: Floats, stratum: Stratum) -> Floats:
        """Calibrated scores, (windows, outputs) like `logits`, of a message of this stratum."""
        scale = np.array([output.scale for output in self.outputs])
        bias = np.array([output.offset(stratum) for output in self.outputs])
        # sigmoid(x) = (1 + tanh(x / 2)) / 2, which never overflows.
        scores: Floats = (0.5 * (1.0 + np.tanh(0.5 * (logits * scale + bias)))).astype(np.float32)
        return scores

    def scores(self, logits: Floats, stratum: Stratum) -> dict[str, float]:
        """Calibrated score of the worst window per output's label; empty where there is no window."""
        if not len(logits):
            return {}
        worst = self.window_scores(logits, stratum).max(axis=0)
        return dict(zip(self.labels, map(float, worst), strict=True))

    def overall(self, scores: Mapping[str, float]) -> float:
        """The model's part of a verdict's risk: the mean, in logit space, of the overall output and of the mean of the
        `STRONGEST` tactics; 0 where nothing was scored.

        The overall output alone is shy of families that training knew by their attacks only. On half of the English
        held-out texts recall at 1 % false alarms rises from 16 % to 26 % as a mean over families, from 10 % to 11 % on
        our own twins, and the area under the curve from 0.860 to 0.867.
        """
        logits: dict[OutputKind, list[float]] = {kind: [] for kind in OutputKind}
        for output in self.outputs:
            if output.label in scores:
                logits[output.kind].append(_logit(scores[output.label]))
        strongest = sorted(logits[OutputKind.TACTIC])[-STRONGEST:]
        parts = [sum(part) / len(part) for part in (logits[OutputKind.RISK], strongest) if part]
        return 1.0 / (1.0 + math.exp(-sum(parts) / len(parts))) if parts else 0.0

    def output_for(self, tactic: str) -> Output | None:
        """The output that speaks of a tactic: its own, else the group's that covers it, else None."""
        for output in self.outputs:
            if output.label == tactic:
                return output
        covering = (output for output in self.outputs if tactic in output.covers)
        return next(covering, None)

    def columns(self, labels: Sequence[str]) -> tuple[list[int], list[int]]:
        """Where in a row of the model, whose numbers are named `labels`, the outputs and the embedding stand.

        Raises ModelError where one is missing.
        """
        places = {label: place for place, label in enumerate(labels)}
        embedding = [_EMBEDDING_LABEL.format(number) for number in range(self.embedding)]
        missing = [label for label in (*self.labels, *embedding) if label not in places]
        if missing:
            raise ModelError(f"{self.file} has no output {missing[0]!r} that {self.path} names", hint=_HINT)
        return [places[label] for label in self.labels], [places[label] for label in embedding]


def _logit(score: float) -> float:
    bounded = min(max(score, _NEAR_CERTAIN), 1 - _NEAR_CERTAIN)
    return math.log(bounded / (1 - bounded))


def load_manifest(path: Path) -> Manifest:
    """Read and check a manifest. Raises ModelError with the file, the place and what to do."""
    tables = _read_toml(path)
    root = _Table(path, "", tables)
    model = _Table(path, "[model]", root.take("model", dict))
    rows = root.take("output", list)
    root.finish()
    outputs = tuple(_read_output(_Table(path, f"[[output]] {place}", row)) for place, row in enumerate(rows, 1))
    manifest = _read_model(path, model, outputs)
    _check_outputs(root, outputs)
    return manifest


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(MANIFEST_LIMIT_BYTES + 1)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror or error}", hint=_HINT) from error
    if len(data) > MANIFEST_LIMIT_BYTES:
        raise ModelError(f"{path} is larger than {MANIFEST_LIMIT_BYTES} bytes", hint=_HINT)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid TOML: {error}", hint=_HINT) from error


class _Table:
    """One table of the file; every key is taken once, with its type, and none may be left."""

    def __init__(self, path: Path, place: str, values: Any) -> None:
        self.path, self.place = path, place
        self._where = f"{path}: {place}".rstrip(": ")
        if not isinstance(values, Mapping):
            raise ModelError(f"{self._where} must be a table", hint=_HINT)
        self._values = dict(values)
        self._known: list[str] = []

    def error(self, what: str) -> ModelError:
        return ModelError(f"{self._where}: {what}", hint=_HINT)

    def take(self, key: str, kind: type[Any], default: Any = None) -> Any:
        """The value of a key. An integer passes for a float, a boolean never for a number."""
        self._known.append(key)
        if key not in self._values:
            if default is not None:
                return default
            raise self.error(f"{key} is missing")
        value = self._values.pop(key)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.error(f"{key} must be {_KIND_NAMES[kind]}")
        return value

    def has(self, key: str) -> bool:
        """Whether a key that may be left out is there."""
        return key in self._values

    def words(self, key: str, pattern: re.Pattern[str], what: str) -> str:
        value: str = self.take(key, str)
        if not pattern.fullmatch(value):
            raise self.error(f"{key} must be {what}")
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        value: int = self.take(key, int)
        if not low <= value <= high:
            raise self.error(f"{key} must be between {low} and {high}")
        return value

    def real(self, key: str, low: float, high: float) -> float:
        value: float = self.take(key, float)
        if not low <= value <= high or not math.isfinite(value):
            raise self.error(f"{key} must be between {low:g} and {high:g}")
        return value

    def finish(self) -> None:
        for key in self._values:
            near = get_close_matches(key, self._known, 1)
            raise self.error(f"unknown key {key!r}" + (f", did you mean {near[0]!r}?" if near else ""))


_KIND_NAMES: Final[dict[type[Any], str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


def _read_model(path: Path, table: _Table, outputs: tuple[Output, ...]) -> Manifest:
    plain_name = "the plain name of a file"
    digest = "64 hexadecimal digits in lower case"
    positions = table.whole("positions", 8, 1 << 16)
    has_check = table.has("check_file")
    manifest = Manifest(
        path=path,
        name=table.words("name", _NAME, "letters, digits, dots, dashes and underscores"),
        file=table.words("file", _NAME, plain_name),
        sha256=table.words("sha256", _SHA256, digest),
        size_bytes=table.whole("size_bytes", 1, 1 << 40),
        embedding=table.whole("embedding", 1, 4096),
        positions=positions,
        max_window_tokens=table.whole("max_window_tokens", 8, positions),
        weights=table.words("weights", _NAME, "a type of weights"),
        licence=table.words("licence", _NAME, "a licence's SPDX id"),
        bank_file=table.words("bank_file", _NAME, plain_name),
        bank_sha256=table.words("bank_sha256", _SHA256, digest),
        outputs=outputs,
        check_file=table.words("check_file", _NAME, plain_name) if has_check else "",
        check_sha256=table.words("check_sha256", _SHA256, digest) if has_check else "",
    )
    table.finish()
    return manifest


def _read_output(table: _Table) -> Output:
    kind = table.take("kind", str)
    if kind not in set(OutputKind):
        raise table.error(f"kind must be one of {', '.join(OutputKind)}")
    covers = table.take("covers", list)
    if not all(isinstance(tactic, str) and _LABEL.fullmatch(tactic) for tactic in covers):
        raise table.error("covers must be a list of tactic ids")
    output = Output(
        label=table.words("label", _LABEL, "lower-case letters, digits and underscores"),
        kind=OutputKind(kind),
        covers=tuple(covers),
        scale=table.real("scale", 1e-6, 1e6),
        bias=table.real("bias", -1e6, 1e6),
        threshold=table.real("threshold", 0, 1),
        trained_on=table.whole("trained_on", 0, 1 << 40),
        recall=table.real("recall", 0, 1),
        recall_low=table.real("recall_low", 0, 1),
        recall_high=table.real("recall_high", 0, 1),
        false_alarm_rate=table.real("false_alarm_rate", 0, 1),
        notice_only=table.take("notice_only", bool, default=False),
        shifts=_read_shifts(table),
    )
    table.finish()
    if not output.recall_low <= output.recall <= output.recall_high:
        raise table.error("recall must lie between recall_low and recall_high")
    return output


def _read_shifts(table: _Table) -> dict[Stratum, float]:
    """The shifts per channel, each a list of one number for short, medium and long messages."""
    given = table.take("shift", dict, default={channel.value: [0.0] * len(Length) for channel in Channel})
    inner = _Table(table.path, f"{table.place} shift", given)
    shifts: dict[Stratum, float] = {}
    for channel in Channel:
        numbers = inner.take(channel.value, list)
        if len(numbers) != len(Length) or not all(type(n) is float and abs(n) <= MOST_SHIFT for n in numbers):
            raise inner.error(f"{channel.value} must be {len(Length)} numbers of at most {MOST_SHIFT:g}")
        shifts |= {Stratum(channel, length): number for length, number in zip(Length, numbers, strict=True)}
    inner.finish()
    return shifts


def _check_outputs(root: _Table, outputs: Sequence[Output]) -> None:
    if not outputs:
        raise root.error("at least one [[output]] is needed")
    seen: set[str] = set()
    for output in outputs:
        if output.label in seen:
            raise root.error(f"output {output.label!r} stands there twice")
        seen.add(output.label)
    risks = [output.label for output in outputs if output.kind is OutputKind.RISK]
    if len(risks) > 1:
        raise root.error(f"only one output may be of kind risk, not {' and '.join(risks)}")
