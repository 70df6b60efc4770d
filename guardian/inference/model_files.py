"""Are the model's files the ones that its manifest pins?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from guardian.errors import ModelError
from guardian.inference.manifest import Manifest


def verify_model_files(manifest: Manifest, folder: Path) -> None:
    """Hash the model, the bank of ordinary messages that policies are measured by, and the rows that a personal head is
    held against. Raises ModelError."""
    manifest.verify(folder).close()
    _verify("the reference bank", folder / manifest.bank_file, manifest.bank_sha256)
    if manifest.check_file:
        _verify("the file of test rows", folder / manifest.check_file, manifest.check_sha256)


def _verify(what: str, path: Path, pinned: str) -> None:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {what} {path}: {error.strerror}") from error
    if digest != pinned:
        raise ModelError(f"{what} {path} has sha-256 {digest[:12]}..., not the pinned {pinned[:12]}...")
