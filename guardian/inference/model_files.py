"""Are the model's files the ones that its manifest pins?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from guardian.errors import ModelError
from guardian.inference.manifest import Manifest


def verify_model_files(manifest: Manifest, folder: Path) -> None:
    """Hash the model and the bank of ordinary messages that policies are measured by. Raises ModelError."""
    manifest.verify(folder).close()
    bank = folder / manifest.bank_file
    try:
        with bank.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read the reference bank {bank}: {error.strerror}") from error
    if digest != manifest.bank_sha256:
        found, pinned = digest[:12], manifest.bank_sha256[:12]
        raise ModelError(f"the reference bank {bank} has sha-256 {found}..., not the pinned {pinned}...")
