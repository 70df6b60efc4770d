"""What every test stands on: a home of its own, and a way to run the program as its owner does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads, as in `guardian.__main__`

REPOSITORY = Path(__file__).resolve().parent.parent
_LONGEST_RUN_S = 600
"""Far above what any run takes: it ends a hang, and measures nothing."""


@pytest.fixture(autouse=True)
def guardian_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees its runner's own Guardian: the home is new, and nothing is set."""
    home = tmp_path_factory.mktemp("guardian-home")
    for name in [name for name in os.environ if name.startswith("GUARDIAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("GUARDIAN_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # nor its runner's own keyring
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])))
    return home


@pytest.fixture
def run_guardian() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """`run_guardian("filter", "--check", stdin=b"...", env={...})`: one run of the program, output as bytes.

    `env` is added to the environment.
    """

    def run(
        *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "guardian", *words],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=_LONGEST_RUN_S,
            check=False,
        )

    return run
