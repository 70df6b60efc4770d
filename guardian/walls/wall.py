"""The walls round the model's process. The process raises them itself, before it reads a byte of the model.

In the order of strength: `netns`, an empty network namespace (plus the filters of `seccomp.py` where the
kernel has them); `seccomp`, the filters alone; `none`. Which of them stands is measured, not believed, by
the attempts of `probes.py`.

What the kernel enforces once `raise_walls` is through (levels netns with filters, and seccomp): no socket of
any family, no other program, no other process's memory, no core dump, death with the parent. After
`limit_resources` and `seal_files`: no file grows, none can be opened. What is by design only, and at
level `none` all there is: the code in the child neither opens sockets nor files.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from enum import StrEnum
from typing import Final

from guardian.walls import seccomp
from guardian.walls.landlock import confine_files, program_folders
from guardian.walls.probe import Probe
from guardian.walls.probes import look_round, network_id, try_everything, try_files

ADDRESS_SPACE_LIMIT_BYTES: Final = 2 * 1024**3
"""The encoder: its model, context, interpreter and thread stacks need about a quarter of it."""
DESCRIPTORS_LIMIT: Final = 32

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_CAPABILITY_VERSION_3: Final = 0x20080522


class WallLevel(StrEnum):
    """What keeps the model from the network. Also used as the strongest wall that may be tried."""

    NETNS = "netns"
    """An empty network namespace."""
    SECCOMP = "seccomp"
    """A system-call filter that refuses sockets."""
    NONE = "none"
    """Nothing: no wall could be raised, or the self-test got out."""
    DOWN = "down"
    """No model is running."""


def raise_walls(
    limit: WallLevel, parent_process: int, *, may_fork: bool = False
) -> tuple[WallLevel, tuple[Probe, ...]]:
    """Raise the walls, at most as strong as `limit`, and try to get out. Returns the level that held, and the
    attempts.

    The namespace is looked into before the filter stands in front of it, so that each wall has to hold on its own;
    one attempt that gets out of the last wall makes the level `none`. With `may_fork` copies of the process may be made
    behind the same walls (`harden_fork`). Must run while the process has one thread. Ends the process where
    `parent_process` is already gone.
    """
    old_network = network_id()
    is_isolated = limit is WallLevel.NETNS and _enter_empty_network()
    probes = look_round(old_network) if is_isolated else ()
    is_isolated = is_isolated and all(probe.refused for probe in probes)
    _harden(parent_process)
    probes += _confine_files(limit)
    is_filtered = limit is not WallLevel.NONE and seccomp.confine(may_fork=may_fork)
    last_probes = try_everything(is_filtered)
    if not all(probe.refused for probe in last_probes):
        level = WallLevel.NONE
    elif is_isolated:
        level = WallLevel.NETNS
    else:
        level = WallLevel.SECCOMP if is_filtered else WallLevel.NONE
    return level, probes + last_probes


def _confine_files(limit: WallLevel) -> tuple[Probe, ...]:
    """Leave this process nothing to read but its own program, and try it; nothing where this kernel can't."""
    abi = 0 if limit is WallLevel.NONE else confine_files(program_folders())
    return (try_files(f"landlock {abi}"),) if abi else ()


def limit_resources(memory_bytes: int = ADDRESS_SPACE_LIMIT_BYTES) -> None:
    """Cap memory (address space), open files and the growth of files.

    There is no cap on processes: RLIMIT_NPROC counts everything that the owner runs, so a small one would
    break the model's own threads; the filter refuses new processes instead.
    """
    cap_resources(memory_bytes=memory_bytes, descriptors=DESCRIPTORS_LIMIT)


def cap_resources(*, memory_bytes: int, descriptors: int) -> None:
    """Cap address space and open files; let no file grow."""
    for kind, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_NOFILE, descriptors),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _lower(kind, value)


def harden_fork(parent_process: int) -> None:
    """What a fork of a walled process does first: it makes no further one, and dies with the process it came from."""
    seccomp.refuse_forks()
    _die_with(parent_process)


def seal_files(limit: WallLevel) -> bool:
    """Give up the right to open files, and try it. Returns whether opening one was refused."""
    if limit is WallLevel.NONE or not seccomp.seal_files():
        return False
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return True
    return False


def _enter_empty_network() -> bool:
    """Move this process into a new user namespace and a new, empty network namespace."""
    if sys.platform != "linux":
        return False
    # Python has no os.unshare before 3.12.
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _harden(parent_process: int) -> None:
    _lower(resource.RLIMIT_CORE, 0)
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    _drop_capabilities(libc)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A change of credentials (a new user namespace, fewer capabilities) resets these two, so they come after it.
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _die_with(parent_process)


def _die_with(parent_process: int) -> None:
    """Have the kernel end this process when the thread that started it ends."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent_process:
        # The parent died before the line above, so its death will not be signalled any more.
        os._exit(1)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Give up every capability: those inside a new user namespace, and root's where Guardian runs as root."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    empty = (ctypes.c_uint32 * 6)()
    libc.capset(ctypes.byref(header), ctypes.byref(empty))


def _lower(kind: int, value: int) -> None:
    """Set a limit, soft and hard, but never above the hard limit that is in force."""
    _, hard = resource.getrlimit(kind)
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):  # a system without this limit keeps its own
        resource.setrlimit(kind, (wanted, wanted))
