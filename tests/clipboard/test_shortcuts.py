"""Promises of `examples/desktop`: files that a desktop accepts, with commands that exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest
from desktops import HAS_WAYLAND, compositor, until

from guardian.cli import build_parser, parse

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "desktop"
FILES = sorted(FOLDER.iterdir())
COMMAND = re.compile(r"guardian ((?:clipboard)(?: [a-z-]+)+)")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_command_in_it_is_one_that_guardian_has(file: Path) -> None:
    commands = COMMAND.findall(file.read_text())
    assert commands or file.name == "kde-shortcut.sh"  # that one installs a file beside it
    for words in commands:
        parse(build_parser(), shlex.split(words))


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not installed")
@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".desktop"], ids=lambda file: file.name)
def test_desktop_entries_are_valid(file: Path) -> None:
    done = subprocess.run(["desktop-file-validate", str(file)], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".sh"], ids=lambda file: file.name)
def test_scripts_are_plain_shell(file: Path) -> None:
    assert subprocess.run(["sh", "-n", str(file)], check=False).returncode == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_unit_is_valid(tmp_path: Path) -> None:
    unit = tmp_path / "guardian-clipboard-watch.service"
    unit.write_text((FOLDER / unit.name).read_text().replace("%h/.local/bin/guardian", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        capture_output=True,
        check=False,
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert unit.name.encode() not in done.stderr, done.stderr


@pytest.mark.skipif(not HAS_WAYLAND, reason="sway is not installed")
def test_sway_takes_its_lines() -> None:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="guardian-sway") as folder, compositor(Path(folder)) as env:
        until(lambda: bool(list(Path(folder).glob("sway-ipc.*"))))  # it comes after the one of Wayland
        socket = next(Path(folder).glob("sway-ipc.*"))
        for line in (FOLDER / "sway.conf").read_text().splitlines():
            if line.startswith("bindsym"):
                asked = subprocess.run(["swaymsg", "-s", str(socket), line], env=dict(env), capture_output=True)
                assert asked.returncode == 0, asked.stderr


def test_the_gnome_script_adds_one_shortcut_and_keeps_those_that_are_there(tmp_path: Path) -> None:
    """gsettings as a script that keeps one value, since its schemas come with GNOME."""
    state = tmp_path / "known"
    state.write_text("['/other/']")
    (tmp_path / "gsettings").write_text(
        f'#!/bin/sh\ncase "$1 $3" in\n"get custom-keybindings") cat {state} ;;\n'
        f'"set custom-keybindings") printf %s "$4" > {state} ;;\nesac\n'
    )
    (tmp_path / "gsettings").chmod(0o700)
    for _ in range(2):
        command = ["sh", str(FOLDER / "gnome-shortcut.sh")]
        subprocess.run(command, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True)
    path = "/org/gnome/settings-daemon/plugins/media-keys/custom-keybindings/guardian/"
    assert state.read_text() == f"['/other/', '{path}']"
