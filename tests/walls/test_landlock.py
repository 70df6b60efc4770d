"""What a process may read once Landlock stands: its own program, and nothing else of its owner's."""

from __future__ import annotations

from pathlib import Path

import pytest
from walled_script import met_behind

from guardian.walls.landlock import landlock_abi

pytestmark = pytest.mark.skipif(not landlock_abi(), reason="this kernel has no Landlock")

WALL = (
    "import ctypes\nctypes.CDLL(None).prctl(38, 1, 0, 0, 0)\n"
    "from guardian.walls.landlock import confine_files, program_folders\n"
    "assert confine_files([*program_folders(){more}])"
)


def test_only_the_program_itself_can_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    met = met_behind(
        WALL.format(more=""),
        {
            "a file of the owner's": f"open({str(secret)!r})",
            "a folder of the owner's": f"os.listdir({str(tmp_path)!r})",
            "the root": "os.listdir('/')",
            "a file to be made": f"open({str(tmp_path / 'new')!r}, 'w')",
            "a file to be removed": f"os.unlink({str(secret)!r})",
            "a program": "subprocess.run(['/bin/true'])",
            "its own modules": "__import__('guardian.message') and open(sys.prefix + '/pyvenv.cfg').close()",
        },
    )
    assert met.pop("its own modules") == "done"
    assert "done" not in met.values(), met
    assert secret.read_text() == "s"


def test_what_is_granted_can_be_read_and_not_written(tmp_path: Path) -> None:
    (tmp_path / "granted").write_text("g")
    met = met_behind(
        WALL.format(more=f", Path({str(tmp_path)!r})"),
        {"read": f"open({str(tmp_path / 'granted')!r})", "write": f"open({str(tmp_path / 'granted')!r}, 'w')"},
    )
    assert met == {"read": "done", "write": "PermissionError"}


@pytest.mark.skipif(landlock_abi() < 6, reason="this kernel's Landlock knows no scopes")
def test_no_process_outside_is_signalled() -> None:
    assert met_behind(WALL.format(more=""), {"the parent": "os.kill(os.getppid(), 0)"}) == {
        "the parent": "PermissionError"
    }


def test_without_landlock_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    from guardian.walls import landlock

    monkeypatch.setattr(landlock, "_syscall", lambda *_: -1)  # as a kernel without it answers: ENOSYS
    assert (
        landlock.landlock_abi(),
        landlock.confine_files([]),
        landlock.confine_tcp(listen_ports=(), connect_ports=()),
    ) == (0, 0, 0)
