"""Landlock: what a process may read and which TCP ports it may use, for good, where the kernel has it (Linux 5.13).

A process whose files are confined may read below the folders it is given and nowhere else, may write, make, rename,
remove and run nothing, uses the TCP ports that it is given and no others (ABI 4), reaches no abstract Unix socket and
signals no process outside (ABI 6). UDP is not Landlock's business: that is what `seccomp.py` and namespaces are for.

Invariants: enforced by the kernel, irrevocable, inherited by children; what this kernel does not know is left out, and
what stands is told; must be called while the process has one thread, and after `PR_SET_NO_NEW_PRIVS`.

Sources: Linux `Documentation/userspace-api/landlock.rst`, `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
"""The same numbers on every architecture that Guardian has filters for."""
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_NETWORK_PORT: Final = 2

_READ_FILE: Final = 1 << 2
_READ_FOLDER: Final = 1 << 3
_FILE_RIGHTS: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""By the ABI that brought them: everything up to making a symbolic link; REFER; TRUNCATE; IOCTL_DEV."""
_NETWORK_ABI: Final = 4
_BIND: Final = 1 << 0
_CONNECT: Final = 1 << 1
_SCOPE_ABI: Final = 6
_SCOPES: Final = 0b11
"""Abstract Unix sockets, and signals."""

_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/proc", "/sys", "/dev/null", "/dev/urandom")
"""What the C library, Python and llama.cpp look into on Linux. Of another process /proc shows nothing private to
somebody behind Landlock: that needs the right to trace it, which is refused."""


def landlock_abi() -> int:
    """The version of Landlock that this kernel has; 0 where it has none, or has it switched off."""
    if sys.platform != "linux":
        return 0
    return max(int(_syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)), 0)


def program_folders() -> tuple[Path, ...]:
    """What a process of this program must be able to read to import its modules and libraries."""
    named = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *filter(None, sys.path), *_SYSTEM)
    return tuple(dict.fromkeys(path for path in map(Path, named) if path.exists()))


def confine_files(readable: Iterable[Path], *, connect_ports: Collection[int] = ()) -> int:
    """Let this process read below `readable`, and nothing else of files; and connect to no TCP port but these. Returns
    the ABI that enforces it, 0 for none: the ports are confined from ABI 4 on.

    The files and folders must exist. A process that has threads already must not be confined by this.
    """
    abi = landlock_abi()
    if not abi:
        return 0
    rights = sum(rights for since, rights in _FILE_RIGHTS.items() if since <= abi)
    return _confine(abi, rights, _SCOPES, readable, {_CONNECT: connect_ports})


def confine_tcp(*, listen_ports: Collection[int], connect_ports: Collection[int]) -> int:
    """Let this process, and what it starts, listen on and connect to these TCP ports alone, wherever they are; files
    are left as they are. Returns the ABI that enforces it, 0 for none (it came with ABI 4)."""
    abi = landlock_abi()
    if abi < _NETWORK_ABI:
        return 0
    return _confine(abi, 0, 0, (), {_BIND: listen_ports, _CONNECT: connect_ports})


def _confine(
    abi: int, file_rights: int, scopes: int, readable: Iterable[Path], ports: Mapping[int, Collection[int]]
) -> int:
    attributes = struct.pack("=Q", file_rights)
    if abi >= _NETWORK_ABI:
        attributes += struct.pack("=Q", _BIND | _CONNECT)
    if abi >= _SCOPE_ABI:
        attributes += struct.pack("=Q", scopes)
    ruleset = int(_syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    if ruleset < 0:
        return 0
    try:
        stands = all(_allow_reading(ruleset, path) for path in readable)
        if abi >= _NETWORK_ABI:
            stands &= all(_allow_port(ruleset, right, port) for right, those in ports.items() for port in those)
        return abi if stands and _syscall(_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, path: Path) -> bool:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        is_folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rights = _READ_FILE | _READ_FOLDER if is_folder else _READ_FILE
        return _syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0) == 0
    finally:
        os.close(place)


def _allow_port(ruleset: int, right: int, port: int) -> bool:
    return _syscall(_ADD_RULE, ruleset, _NETWORK_PORT, struct.pack("=QQ", right, port), 0) == 0


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    typed = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(libc.syscall(ctypes.c_long(number), *typed))
