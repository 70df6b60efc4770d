"""System-call filters (seccomp-BPF), built by hand and installed through ctypes.

Two filters for a process that needs less and less: `confine` from its first moments on (no sockets, no
other programs, no look at other processes, no new namespaces or mounts), and `seal_files` once the model is
loaded and before the first text comes (nothing can be opened, made, renamed or removed any more). A third one,
`refuse_networks`, is for Guardian's own processes that have no business with a network; a fourth, `streams_only`, for
the one that stands in front of one.

Invariants: enforced by the kernel, for all threads at once, and irrevocable; a refused call returns EPERM
and the process goes on, so that a library which merely asks is not killed; calls made under another
architecture's numbers are refused altogether.

Sources: Linux `Documentation/userspace-api/seccomp_filter.rst`, `include/uapi/linux/{filter,seccomp}.h`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from typing import Final

from guardian.walls import system_calls as calls
from guardian.walls.system_calls import Numbers

_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCKET_TYPE_BITS = 1, 0xF
"""The other bits of a socket's type are flags."""
_ANY_PROTOCOL, _IPPROTO_TCP = 0, 6
_CLONE_THREAD: Final = 0x00010000
_CLONE_NAMESPACES: Final = 0x7E020080
"""CLONE_NEWTIME, -NS, -CGROUP, -UTS, -IPC, -USER, -PID and -NET together."""
_X32_BIT: Final = 0x40000000
"""Numbers from here on belong to the x32 interface, a second door to the same calls."""

_LOAD_WORD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_IF_NOT_BELOW: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JUMP_IF_BITS: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_KEEP_BITS: Final = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
_ALLOW: Final = 0x7FFF0000  # SECCOMP_RET_ALLOW
_ERROR: Final = 0x00050000  # SECCOMP_RET_ERRNO
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT, _AT_SECOND_ARGUMENT, _AT_THIRD_ARGUMENT = 0, 4, 16, 24, 32
"""Offsets in `struct seccomp_data`; both architectures are little endian, so these are the arguments' low halves."""

_SET_MODE_FILTER: Final = 1
_FLAG_ALL_THREADS: Final = 1  # SECCOMP_FILTER_FLAG_TSYNC: a thread pool may already run

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand: `struct sock_filter`."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def machine() -> str:
    """The architecture's name as in `Numbers`, or an empty string where there is no filter for it."""
    name = os.uname().machine
    is_known = sys.platform == "linux" and sys.maxsize > 2**32 and name in Numbers._fields
    return name if is_known else ""


def confine(*, may_fork: bool = False) -> bool:
    """Refuse sockets, other programs, other processes and namespaces, for good. False where that cannot be done.

    `may_fork`: copies of this process may be made; `refuse_forks` ends that. Needs `PR_SET_NO_NEW_PRIVS` to be set
    before.
    """
    name = machine()
    return bool(name) and _install(name, confine_program(name, os.getpid(), may_fork=may_fork))


def refuse_networks() -> bool:
    """Refuse every socket but Unix ones, for good, here and in whatever this process starts. False where that cannot be
    done. Needs `PR_SET_NO_NEW_PRIVS` to be set before."""
    name = machine()
    return bool(name) and _install(name, network_program(name))


def streams_only() -> bool:
    """Refuse every socket but Unix ones and TCP, for good, here and in whatever this process starts: no UDP, so no name
    can be looked up over a network either. False where that cannot be done. Needs `PR_SET_NO_NEW_PRIVS` before."""
    name = machine()
    return bool(name) and _install(name, stream_program(name))


def refuse_forks() -> bool:
    """Refuse new processes, for good. False where that cannot be done."""
    name = machine()
    return bool(name) and _install(name, fork_program(name))


def seal_files() -> bool:
    """Refuse to open, make, rename or remove files, for good. False where that cannot be done."""
    name = machine()
    return bool(name) and _install(name, seal_program(name))


def confine_program(name: str, process: int, *, may_fork: bool = False) -> list[Instruction]:
    """The filter of `confine` for the architecture `name` and the process id `process`."""
    return (
        _preamble(name)
        + _refusals(name, calls.CONFINED if may_fork else calls.FORKS | calls.CONFINED)
        + (_no_namespaces(name) if may_fork else _threads_only(name))
        + _own_signals(name, process)
        + [_answer(_ALLOW)]
    )


def fork_program(name: str) -> list[Instruction]:
    """The filter of `refuse_forks` for the architecture `name`."""
    return _preamble(name) + _refusals(name, calls.FORKS) + _threads_only(name) + [_answer(_ALLOW)]


def network_program(name: str) -> list[Instruction]:
    """The filter of `refuse_networks` for the architecture `name`."""
    return (
        _preamble(name)
        + _refusals(name, calls.RINGS)
        + [
            (_JUMP_IF_EQUAL, 0, 3, _number(calls.SOCKET, name)),
            (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
            (_JUMP_IF_EQUAL, 1, 0, _AF_UNIX),
            _answer(_ERROR | errno.EPERM),
            _answer(_ALLOW),
        ]
    )


def stream_program(name: str) -> list[Instruction]:
    """The filter of `streams_only` for the architecture `name`."""
    return (
        _preamble(name)
        + _refusals(name, calls.RINGS)
        + [
            (_JUMP_IF_EQUAL, 0, 13, _number(calls.SOCKET, name)),
            (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
            (_JUMP_IF_EQUAL, 9, 0, _AF_UNIX),
            (_JUMP_IF_EQUAL, 2, 0, _AF_INET),
            (_JUMP_IF_EQUAL, 1, 0, _AF_INET6),
            _answer(_ERROR | errno.EPERM),
            (_LOAD_WORD, 0, 0, _AT_SECOND_ARGUMENT),
            (_KEEP_BITS, 0, 0, _SOCKET_TYPE_BITS),
            (_JUMP_IF_EQUAL, 0, 4, _SOCK_STREAM),
            (_LOAD_WORD, 0, 0, _AT_THIRD_ARGUMENT),
            (_JUMP_IF_EQUAL, 1, 0, _ANY_PROTOCOL),
            (_JUMP_IF_EQUAL, 0, 1, _IPPROTO_TCP),
            _answer(_ALLOW),
            _answer(_ERROR | errno.EPERM),
            _answer(_ALLOW),
        ]
    )


def seal_program(name: str) -> list[Instruction]:
    """The filter of `seal_files` for the architecture `name`."""
    return _preamble(name) + _refusals(name, calls.SEALED) + [_answer(_ALLOW)]


def _preamble(name: str) -> list[Instruction]:
    """Refuse whatever comes under another architecture's numbers; leave the call's number in the register."""
    program: list[Instruction] = [
        (_LOAD_WORD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, _number(calls.AUDIT_ARCHITECTURES, name)),
        _answer(_ERROR | errno.EPERM),
        (_LOAD_WORD, 0, 0, _AT_NUMBER),
    ]
    if name == "x86_64":
        program += [(_JUMP_IF_NOT_BELOW, 0, 1, _X32_BIT), _answer(_ERROR | errno.EPERM)]
    return program


def _refusals(name: str, calls: dict[str, Numbers]) -> list[Instruction]:
    program: list[Instruction] = []
    for numbers in calls.values():
        number = getattr(numbers, name)
        if number is not None:
            program += [(_JUMP_IF_EQUAL, 0, 1, number), _answer(_ERROR | errno.EPERM)]
    return program


def _threads_only(name: str) -> list[Instruction]:
    """Let `clone` make threads but no processes. `clone3` hides its flags behind a pointer, so it is said not to
    exist, and the C library falls back to `clone`."""
    return [
        (_JUMP_IF_EQUAL, 0, 1, _number(calls.CLONE3, name)),
        _answer(_ERROR | errno.ENOSYS),
        (_JUMP_IF_EQUAL, 0, 4, _number(calls.CLONE, name)),
        (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_BITS, 0, 1, _CLONE_THREAD),
        _answer(_ALLOW),
        _answer(_ERROR | errno.EPERM),
    ]


def _no_namespaces(name: str) -> list[Instruction]:
    """Let `clone` make threads and processes, but in no namespace of their own. `clone3`: as in `_threads_only`."""
    return [
        (_JUMP_IF_EQUAL, 0, 1, _number(calls.CLONE3, name)),
        _answer(_ERROR | errno.ENOSYS),
        (_JUMP_IF_EQUAL, 0, 4, _number(calls.CLONE, name)),
        (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_BITS, 1, 0, _CLONE_NAMESPACES),
        _answer(_ALLOW),
        _answer(_ERROR | errno.EPERM),
    ]


def _own_signals(name: str, process: int) -> list[Instruction]:
    """Let `tgkill` (which abort() needs) reach the process itself only."""
    return [
        (_JUMP_IF_EQUAL, 0, 3, _number(calls.TGKILL, name)),
        (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_EQUAL, 1, 0, process),
        _answer(_ERROR | errno.EPERM),
    ]


def _answer(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)


def _number(numbers: Numbers, name: str) -> int:
    number: int = getattr(numbers, name)
    return number


def _install(name: str, program: list[Instruction]) -> bool:
    packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(packed, len(packed))
    filter_program = _Program(len(program), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    done = libc.syscall(
        ctypes.c_long(_number(calls.SECCOMP, name)),
        ctypes.c_long(_SET_MODE_FILTER),
        ctypes.c_long(_FLAG_ALL_THREADS),
        ctypes.byref(filter_program),
    )
    return bool(done == 0)
