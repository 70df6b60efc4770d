"""What every test stands on: a home of its own, and a way to run the program as its owner does."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads, as in `guardian.__main__`
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
"""No test sees its runner's own keyring. For the whole process, as a thread that a test left behind may still ask for
one when that test's own environment is gone, and keyring remembers the answer."""

settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")
"""The same examples in each run of the same test, and none fails by the clock: what a submission changed is what it
fails by. New ones are sought by `make fuzz`, and by `pytest --hypothesis-profile=default`."""

EXAMPLES_CACHE = "examples.cache"
REPOSITORY = Path(__file__).resolve().parent.parent
_LONGEST_RUN_S = 600
"""Far above what any run takes: it ends a hang, and measures nothing."""


@pytest.fixture(scope="session")
def starter_examples(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the model makes of the starter policies' examples, worked out once for a checkout: two seconds of processor
    time that every new home would take again."""
    shipped = [*sorted((REPOSITORY / "policies").glob("*.toml")), REPOSITORY / "models" / "manifest.toml"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in shipped)).hexdigest()[:16]
    kept: Path = request.config.cache.mkdir("guardian-examples") / f"{digest}.cache"
    if not kept.exists():
        home = tmp_path_factory.mktemp("home-of-examples")
        command = [sys.executable, "-m", "guardian", "filter", "--no-journal", "--check"]
        alone = os.environ | {"GUARDIAN_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
        subprocess.run(command, input=b"x", env=alone, capture_output=True, timeout=_LONGEST_RUN_S, check=False)
        partial = kept.with_name(f"{digest}.{os.getpid()}")
        shutil.copyfile(home / "cache" / EXAMPLES_CACHE, partial)
        partial.replace(kept)
    return Path(shutil.copy(kept, tmp_path_factory.mktemp("examples")))  # links do not cross file systems


@pytest.fixture(scope="session")
def homes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the homes of all tests are. `mktemp` would list all that were before, for each one: minutes in the end."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def guardian_home(homes_folder: Path, monkeypatch: pytest.MonkeyPatch, starter_examples: Path) -> Path:
    """No test sees its runner's own Guardian: the home is new, and nothing is set."""
    home = Path(tempfile.mkdtemp(dir=homes_folder, prefix="guardian-home-"))
    (home / "cache").mkdir(mode=0o700)
    os.link(starter_examples, home / "cache" / EXAMPLES_CACHE)  # the program replaces the file, it never writes into it
    for name in [name for name in os.environ if name.startswith("GUARDIAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("GUARDIAN_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "80")
    if "keyring.core" in sys.modules:  # what an earlier test of this process set or found
        monkeypatch.setattr(sys.modules["keyring.core"], "_keyring_backend", None)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])))
    return home


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> TinyModels:
    """Generative models of a megabyte, made when first asked for: `tiny_models.keyword("zanzibar")` is a path."""
    from tiny_gguf import TinyModels

    return TinyModels(tmp_path_factory.mktemp("tiny-models"))


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
