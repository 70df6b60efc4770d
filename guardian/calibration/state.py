"""The owner's calibrated thresholds on disk: one small file, and a log of everything that was ever moved.

Invariants: the file is written whole or not at all, mode 0600; it is used only if it is the owner's own, complete, made
for this very model and calibration, and within the band of the shipped thresholds; anything else is refused with one
line, and the shipped thresholds are in force. The log is only ever appended to. Neither holds text of a message, an
address, or a hash of one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from guardian.calibration.thresholds import Thresholds, fingerprint, is_within_band, shipped_thresholds
from guardian.errors import CalibrationError, OutputError
from guardian.events import CalibrationProblem, Observer
from guardian.message import Channel
from guardian.owner_files import NotOwnersError, read_own_file, replace_file, sync_folder
from guardian.paths import ensure_private_directory

if TYPE_CHECKING:
    from guardian.inference.manifest import Manifest

JSON_VERSION = 1
LARGEST_BYTES = 1 << 20
_HINT = "the shipped thresholds are in force; guardian calibrate --reset removes it"
_MOST = 1e9
"""No count and no rate in the file is larger."""
_STANDING_NUMBERS = ("threshold", "a_week", "low", "high")
_CHANNEL_COUNTS = ("messages", "senders")
_CHANNEL_NUMBERS = ("weeks", "a_week", "low", "high")


@dataclass(frozen=True, slots=True)
class OutputStanding:
    """One output's threshold on one channel, and how many ordinary messages pass it in a week."""

    threshold: float
    a_week: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """What one channel's thresholds were made from, and the false alarms that they are expected to raise."""

    messages: int
    """Ordinary messages that they were made from."""
    senders: int
    weeks: float
    """How long those messages took to come."""
    a_week: float
    """False alarms in a week."""
    low: float
    high: float
    outputs: Mapping[str, OutputStanding]
    """By label, for the outputs that decide about alarms."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything in the file."""

    made_at: str
    """ISO 8601, with its offset."""
    model_sha256: str
    fingerprint: str
    """See `thresholds.fingerprint`."""
    false_alarms_per_week: float
    """The budget that was aimed at."""
    channels: Mapping[Channel, ChannelStanding]

    def thresholds(self, manifest: Manifest) -> Thresholds:
        """The shipped thresholds with these in their place."""
        thresholds = shipped_thresholds(manifest)
        for channel, standing in self.channels.items():
            thresholds = thresholds.moved(
                channel, {label: output.threshold for label, output in standing.outputs.items()}
            )
        return thresholds


def thresholds_in_force(path: Path, manifest: Manifest, observer: Observer) -> Thresholds:
    """The owner's thresholds, or the shipped ones where there are none or they cannot be used, which is observed."""
    try:
        calibration = load_calibration(path, manifest)
    except CalibrationError as error:
        observer(CalibrationProblem(error.line()))
        return shipped_thresholds(manifest)
    return calibration.thresholds(manifest) if calibration is not None else shipped_thresholds(manifest)


def load_calibration(path: Path, manifest: Manifest) -> Calibration | None:
    """What the file says; None where there is no file. Raises CalibrationError where it cannot be used."""
    try:
        content = read_own_file(path, LARGEST_BYTES)
    except NotOwnersError as error:
        raise CalibrationError(error.what, hint=_HINT) from None
    if content is None:
        return None
    try:
        calibration = _parsed(json.loads(content.decode("utf-8"), parse_constant=_refuse_constant))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise CalibrationError(f"{path} is damaged, so it is not used", hint=_HINT) from None
    if calibration.model_sha256 != manifest.sha256 or calibration.fingerprint != fingerprint(manifest):
        hint = "the shipped thresholds are in force; run guardian calibrate --on again, or --reset"
        raise CalibrationError(f"{path} was made for another model, so it is not used", hint=hint)
    shipped = {output.label: output.threshold for output in manifest.outputs}
    for standing in calibration.channels.values():
        for label, output in standing.outputs.items():
            if label not in shipped or not is_within_band(output.threshold, shipped[label]):
                raise CalibrationError(f"{path} names a threshold that may not be, so it is not used", hint=_HINT)
    return calibration


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Put the thresholds in force, for every screening that starts from now on. Raises OutputError."""
    content = json.dumps({"v": JSON_VERSION, **asdict(calibration)}, indent=1, allow_nan=False) + "\n"
    ensure_private_directory(path.parent)
    try:
        replace_file(path, [content.encode()])
    except OSError as error:
        raise OutputError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error


def remove_calibration(path: Path) -> bool:
    """Put the shipped thresholds back in force; whether there was anything to remove. Raises OutputError."""
    try:
        path.unlink()
        sync_folder(path.parent)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError(f"cannot remove {path}: {(error.strerror or str(error)).lower()}") from error
    return True


def append_log(path: Path, row: Mapping[str, Any]) -> None:
    """Add one line to the log, and have it on disk. Raises OutputError."""
    line = json.dumps({"v": JSON_VERSION, **row}, allow_nan=False) + "\n"
    ensure_private_directory(path.parent)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(path, flags, 0o600), "ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _parsed(row: Any) -> Calibration:
    """Raises ValueError, KeyError, TypeError or AttributeError for whatever is not exactly as it was written."""
    fields = {"v", "made_at", "model_sha256", "fingerprint", "false_alarms_per_week", "channels"}
    _check_keys(row, fields)
    if row["v"] != JSON_VERSION or datetime.fromisoformat(row["made_at"]).tzinfo is None:
        raise ValueError
    if not isinstance(row["model_sha256"], str) or not isinstance(row["fingerprint"], str):
        raise TypeError
    channels = {Channel(name): _parsed_channel(channel) for name, channel in row["channels"].items()}
    budget = _number(row["false_alarms_per_week"])
    return Calibration(row["made_at"], row["model_sha256"], row["fingerprint"], budget, channels)


def _parsed_channel(row: Any) -> ChannelStanding:
    _check_keys(row, {*_CHANNEL_COUNTS, *_CHANNEL_NUMBERS, "outputs"})
    messages, senders = (int(_number(row[name])) for name in _CHANNEL_COUNTS)
    weeks, a_week, low, high = (_number(row[name]) for name in _CHANNEL_NUMBERS)
    outputs = {}
    for label, output in row["outputs"].items():
        _check_keys(output, set(_STANDING_NUMBERS))
        outputs[label] = OutputStanding(*(_number(output[name]) for name in _STANDING_NUMBERS))
        if not 0 < outputs[label].threshold < 1:
            raise ValueError
    return ChannelStanding(messages, senders, weeks, a_week, low, high, outputs)


def _check_keys(row: Any, names: set[str]) -> None:
    if not isinstance(row, dict) or row.keys() != names:
        raise ValueError


def _number(value: Any) -> float:
    """A number from 0 to `_MOST`, and so a finite one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        raise ValueError
    return float(value)
