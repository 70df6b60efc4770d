"""The client finds the socket where the service makes it, without the imports that this costs the service."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from guardian.paths import find_paths
from guardian.service.place import SOCKET_NAME, house_at, house_of, socket_address, socket_path

HEAVY = ("numpy", "pydantic", "platformdirs", "keyring", "selectolax", "re2", "cryptography", "watchdog", "sqlite3")


def folder(path: Path, mode: int) -> Path:
    path.mkdir(parents=True)
    path.chmod(mode)
    return path


def environments(base: Path) -> list[tuple[str, Mapping[str, str | None]]]:
    """Names and what they set; None takes a variable away."""
    private, open_to_all = folder(base / "private", 0o700), folder(base / "open", 0o755)
    (base / "link").symlink_to(private)
    (base / "file").write_text("")
    state = {"XDG_STATE_HOME": str(base / "state")}
    nothing = {"XDG_RUNTIME_DIR": None, "GUARDIAN_HOME": None}
    return [
        ("home", {"GUARDIAN_HOME": str(base / "home"), "XDG_RUNTIME_DIR": str(private)}),
        ("relative home", {"GUARDIAN_HOME": "here"}),
        ("tilde", {"GUARDIAN_HOME": "~/guardian", "HOME": str(base)}),
        ("private", {**nothing, "XDG_RUNTIME_DIR": str(private)}),
        ("private, slash", {**nothing, "XDG_RUNTIME_DIR": f"{private}/"}),
        ("open", {**nothing, **state, "XDG_RUNTIME_DIR": str(open_to_all)}),
        ("link", {**nothing, **state, "XDG_RUNTIME_DIR": str(base / "link")}),
        ("file", {**nothing, **state, "XDG_RUNTIME_DIR": str(base / "file")}),
        ("missing", {**nothing, **state, "XDG_RUNTIME_DIR": str(private / "missing")}),
        ("relative", {**nothing, **state, "XDG_RUNTIME_DIR": "run"}),
        ("none", {**nothing, **state}),
        ("none, relative state", {**nothing, "XDG_STATE_HOME": "state", "HOME": str(base)}),
        ("own places", {**nothing, **state, **{f"XDG_{name}_HOME": str(base / name) for name in ("CONFIG", "DATA")}}),
        ("behind a link", {**nothing, "XDG_CONFIG_HOME": str(base / "link"), "XDG_DATA_HOME": "data"}),
        ("empty home", {**nothing, **state, "GUARDIAN_HOME": ""}),
    ]


@pytest.mark.filterwarnings("ignore::UserWarning")  # platformdirs tells of each fallback
def test_client_and_service_mean_the_same_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path / "work", 0o700)
    monkeypatch.chdir(tmp_path / "work")
    for name, changes in environments(tmp_path / "env"):
        with monkeypatch.context() as patched:
            for variable, value in changes.items():
                if value is None:
                    patched.delenv(variable, raising=False)
                else:
                    patched.setenv(variable, value)
            paths = find_paths(os.environ)
            assert socket_path(os.environ) == paths.runtime / SOCKET_NAME, name
            assert house_of(os.environ) == house_at(paths.config, paths.data, paths.state), name


def test_a_path_that_is_too_long_for_a_socket_is_reached_all_the_same(tmp_path: Path) -> None:
    path = folder(tmp_path / ("x" * 120), 0o700) / SOCKET_NAME
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        with socket_address(path) as address:
            listener.bind(address)
        listener.listen()
        assert path.is_socket()
        with socket_address(path) as address:
            client.connect(address)


def test_the_client_imports_the_standard_library_and_leaves_alone() -> None:
    script = (
        "import sys; import guardian.service.client, guardian.service.place\n"
        "print(*sorted(name for name in sys.modules if name.startswith('guardian')))\n"
        f"print(*sorted(set({HEAVY!r}) & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    ours, heavy = done.stdout.splitlines()
    assert heavy == ""
    leaves = {"", ".errors", ".message", ".safe_text", ".outcome", ".verdict", ".finding", ".sender_facts"}
    services = ("", ".answer", ".client", ".errors", ".frames", ".peer", ".place", ".questions")
    assert set(ours.split()) <= {f"guardian{name}" for name in leaves} | {
        f"guardian.service{each}" for each in services
    }
