"""The shipped test rows: whole, pinned, without a text, and refused where they are not what they should be."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from adapt_rig import MODELS, check_rows, manifest

from guardian.adapt.check_rows import load_check_rows
from guardian.calibration.thresholds import fingerprint
from guardian.errors import ModelError
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.model_files import verify_model_files
from guardian.message import Channel

FILE = MODELS / "adapt-check.npz"
Arrays = dict[str, Any]


def shipped() -> Arrays:
    with np.load(FILE) as arrays:
        return dict(arrays)


def as_pinned(folder: Path, content: bytes) -> Manifest:
    """A manifest beside which the content is the pinned file."""
    (folder / "rows.npz").write_bytes(content)
    return replace(manifest(), check_file="rows.npz", check_sha256=hashlib.sha256(content).hexdigest())


def packed(arrays: Arrays) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def test_the_shipped_rows_are_many_of_both_sides_and_channels_and_small() -> None:
    check = check_rows()
    assert check.is_manipulative.sum() >= 1_000
    assert (~check.is_manipulative).sum() >= 1_000
    channels = [stratum.channel for stratum in check.strata]
    assert min(channels.count(channel) for channel in Channel) >= 500
    assert FILE.stat().st_size < 2_000_000


def test_they_hold_numbers_and_no_text() -> None:
    assert {array.dtype.kind for array in shipped().values()} <= {"f", "u"}


def test_they_are_pinned_and_verified_with_the_model() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == manifest().check_sha256
    verify_model_files(manifest(), MODELS)


def test_they_give_no_score_its_meaning_so_a_calibration_outlives_other_rows() -> None:
    assert fingerprint(replace(manifest(), check_file="", check_sha256="")) == fingerprint(manifest())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("check_sha256", "check_hash"), "unknown key|check_sha256 is missing"),
        (('check_file = "adapt-check.npz"', 'check_file = "../rows.npz"'), "check_file must be the plain name"),
        (('check_file = "adapt-check.npz"\n', ""), "unknown key 'check_sha256'"),
    ],
)
def test_a_manifest_that_pins_them_by_half_is_refused(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text((MODELS / "manifest.toml").read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(ModelError, match=complaint):
        load_manifest(path)


def test_a_model_without_test_rows_has_none() -> None:
    assert load_check_rows(MODELS, replace(manifest(), check_file="")) is None


def test_every_windows_text_and_group_is_found_again() -> None:
    check = check_rows()
    assert (check.of_group("pressure") & ~check.is_manipulative).sum() == 0
    assert check.of_group("pressure").sum() >= 100
    assert len(check.strata) == len(check.groups) == check.message[-1] + 1


def _nan(arrays: Arrays) -> None:
    arrays["logits"][3, 3] = np.nan


def _too_few(arrays: Arrays) -> None:
    arrays["label"] = arrays["label"][:-1]


def _none(arrays: Arrays) -> None:
    for name in arrays:
        arrays[name] = arrays[name][:0]


def _other_type(arrays: Arrays) -> None:
    arrays["embeddings"] = arrays["embeddings"].astype(np.float32)


def _out_of_order(arrays: Arrays) -> None:
    arrays["message"] = arrays["message"][::-1].copy()


def _gap(arrays: Arrays) -> None:
    arrays["message"][5:] += 1


def _third_label(arrays: Arrays) -> None:
    arrays["label"][0] = 2


def _fourth_length(arrays: Arrays) -> None:
    arrays["length"][0] = 3


def _missing(arrays: Arrays) -> None:
    del arrays["groups"]


def _other_outputs(arrays: Arrays) -> None:
    arrays["logits"] = arrays["logits"][:, :-1]


@pytest.mark.parametrize(
    "harm",
    [_nan, _too_few, _none, _other_type, _out_of_order, _gap, _third_label, _fourth_length, _missing, _other_outputs],
)
def test_rows_that_do_not_fit_together_are_refused_in_one_line(tmp_path: Path, harm: Callable[[Arrays], None]) -> None:
    arrays = shipped()
    harm(arrays)
    with pytest.raises(ModelError, match="damaged") as caught:
        load_check_rows(tmp_path, as_pinned(tmp_path, packed(arrays)))
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", FILE.read_bytes()[:5_000]])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelError, match="damaged"):
        load_check_rows(tmp_path, as_pinned(tmp_path, content))


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    arrays = shipped() | {"groups": np.array([{"a": 1}], dtype=object)}
    with pytest.raises(ModelError, match="damaged"):
        load_check_rows(tmp_path, as_pinned(tmp_path, packed(arrays)))


def test_another_file_than_the_pinned_one_and_none_at_all_are_refused(tmp_path: Path) -> None:
    pinned = as_pinned(tmp_path, FILE.read_bytes())
    (tmp_path / "rows.npz").write_bytes(FILE.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="not the one in the manifest"):
        load_check_rows(tmp_path, pinned)
    (tmp_path / "rows.npz").unlink()
    with pytest.raises(ModelError, match="test rows"):
        load_check_rows(tmp_path, pinned)
