"""The built wheel, in an environment of its own, finds its model, manifest and policies, and screens."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = b"Reply with your password and the code that we have just sent you, or your account is closed.\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `guardian` program of a new environment that holds the wheel and nothing else of this checkout.

    What guardian depends on is lent by path, because this suite must pass without a network; the checkout is not.
    """
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("guardian-*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-q", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, cwd=folder)
    packages = next((environment / "lib").glob("python*")) / "site-packages"
    (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return environment / "bin" / "guardian"


def _run(program: Path, *words: str, home: Path) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(program), *words],
        input=TEXT,
        capture_output=True,
        cwd=home,
        env=clean | {"GUARDIAN_HOME": str(home)},
        timeout=120,
        check=False,
    )


@pytest.mark.long
def test_the_installed_program_screens_a_text(installed: Path, tmp_path: Path) -> None:
    done = _run(installed, "filter", home=tmp_path)
    assert done.stdout == TEXT
    assert done.returncode == 1, done.stderr


def test_the_installed_program_uses_nothing_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = _run(installed, "paths", home=tmp_path)
    assert done.returncode == 0
    assert str(ROOT / "policies").encode() not in done.stdout
    assert str(ROOT / "models").encode() not in done.stdout
    assert str(installed.parent.parent).encode() in done.stdout


def test_the_installed_model_is_the_pinned_one(installed: Path, tmp_path: Path) -> None:
    assert _run(installed, "model", "verify", home=tmp_path).returncode == 0
