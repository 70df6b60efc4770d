"""System-call filters (seccomp-BPF), built by hand and installed through ctypes.

Two filters, because the process needs less and less: `confine` from its first moments on (no sockets, no
other programs, no look at other processes, no new namespaces or mounts), and `seal_files` once the model is
loaded and before the first text comes (nothing can be opened, made, renamed or removed any more). A third one,
`refuse_networks`, is for Guardian's own processes that have no business with a network.

Invariants: enforced by the kernel, for all threads at once, and irrevocable; a refused call returns EPERM
and the process goes on, so that a library which merely asks is not killed; calls made under another
architecture's numbers are refused altogether.

Sources: Linux `Documentation/userspace-api/seccomp_filter.rst`, `include/uapi/linux/{filter,seccomp,audit}.h`,
`arch/x86/entry/syscalls/syscall_64.tbl`, `include/uapi/asm-generic/unistd.h` (aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from typing import Final, NamedTuple


class Numbers(NamedTuple):
    """Number of one system call; None where the architecture does not have it."""

    x86_64: int | None
    aarch64: int | None


_CONFINED: Final = {
    # Every family, AF_UNIX too: through a Unix socket, name services (nscd, systemd-resolved) and D-Bus would go
    # out on the model's behalf, from outside of an empty network namespace. The frames run over pipes.
    "socket": Numbers(41, 198),
    # io_uring makes and uses sockets without a call that a filter sees.
    "io_uring_setup": Numbers(425, 425),
    "io_uring_enter": Numbers(426, 426),
    "io_uring_register": Numbers(427, 427),
    # Other programs.
    "execve": Numbers(59, 221),
    "execveat": Numbers(322, 281),
    # Other processes of the owner: their memory, descriptors and life.
    "ptrace": Numbers(101, 117),
    "process_vm_readv": Numbers(310, 270),
    "process_vm_writev": Numbers(311, 271),
    "process_madvise": Numbers(440, 440),
    "kcmp": Numbers(312, 272),
    "pidfd_open": Numbers(434, 434),
    "pidfd_getfd": Numbers(438, 438),
    "pidfd_send_signal": Numbers(424, 424),
    "kill": Numbers(62, 129),
    "tkill": Numbers(200, 130),
    "rt_sigqueueinfo": Numbers(129, 138),
    "rt_tgsigqueueinfo": Numbers(297, 240),
    "shmget": Numbers(29, 194),
    "msgget": Numbers(68, 186),
    "semget": Numbers(64, 190),
    "mq_open": Numbers(240, 180),
    # The kernel's key store.
    "add_key": Numbers(248, 217),
    "request_key": Numbers(249, 218),
    "keyctl": Numbers(250, 219),
    # Ways to other namespaces, mounts and parts of the kernel.
    "unshare": Numbers(272, 97),
    "setns": Numbers(308, 268),
    "mount": Numbers(165, 40),
    "umount2": Numbers(166, 39),
    "pivot_root": Numbers(155, 41),
    "chroot": Numbers(161, 51),
    "open_tree": Numbers(428, 428),
    "move_mount": Numbers(429, 429),
    "fsopen": Numbers(430, 430),
    "fsmount": Numbers(432, 432),
    "mount_setattr": Numbers(442, 442),
    "open_by_handle_at": Numbers(304, 265),
    "bpf": Numbers(321, 280),
    "perf_event_open": Numbers(298, 241),
    "userfaultfd": Numbers(323, 282),
    "init_module": Numbers(175, 105),
    "finit_module": Numbers(313, 273),
    "kexec_load": Numbers(246, 104),
}
_RINGS: Final = {name: numbers for name, numbers in _CONFINED.items() if name.startswith("io_uring")}
_SOCKET: Final = _CONFINED["socket"]
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCKET_TYPE_BITS = 1, 0xF
"""The other bits of a socket's type are flags."""
_ANY_PROTOCOL, _IPPROTO_TCP = 0, 6
_FORKS: Final = {
    "fork": Numbers(57, None),
    "vfork": Numbers(58, None),
}
"""New processes; `clone` sees `_threads_only`."""
_SEALED: Final = {
    "open": Numbers(2, None),
    "creat": Numbers(85, None),
    "openat": Numbers(257, 56),
    "openat2": Numbers(437, 437),
    "truncate": Numbers(76, 45),
    "mkdir": Numbers(83, None),
    "mkdirat": Numbers(258, 34),
    "mknod": Numbers(133, None),
    "mknodat": Numbers(259, 33),
    "rename": Numbers(82, None),
    "renameat": Numbers(264, 38),
    "renameat2": Numbers(316, 276),
    "link": Numbers(86, None),
    "linkat": Numbers(265, 37),
    "symlink": Numbers(88, None),
    "symlinkat": Numbers(266, 36),
    "unlink": Numbers(87, None),
    "unlinkat": Numbers(263, 35),
    "rmdir": Numbers(84, None),
    "chmod": Numbers(90, None),
    "fchmod": Numbers(91, 52),
    "fchmodat": Numbers(268, 53),
    "fchmodat2": Numbers(452, 452),
    "chown": Numbers(92, None),
    "fchown": Numbers(93, 55),
    "lchown": Numbers(94, None),
    "fchownat": Numbers(260, 54),
    "readlink": Numbers(89, None),
    "readlinkat": Numbers(267, 78),
    "getdents64": Numbers(217, 61),
    "inotify_add_watch": Numbers(254, 27),
    "setxattr": Numbers(188, 5),
    "utimensat": Numbers(280, 88),
}
_CLONE: Final = Numbers(56, 220)
_CLONE3: Final = Numbers(435, 435)
_TGKILL: Final = Numbers(234, 131)
_SECCOMP: Final = Numbers(317, 277)
_AUDIT_ARCHITECTURES: Final = Numbers(0xC000003E, 0xC00000B7)

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
        + _refusals(name, _CONFINED if may_fork else _FORKS | _CONFINED)
        + (_no_namespaces(name) if may_fork else _threads_only(name))
        + _own_signals(name, process)
        + [_answer(_ALLOW)]
    )


def fork_program(name: str) -> list[Instruction]:
    """The filter of `refuse_forks` for the architecture `name`."""
    return _preamble(name) + _refusals(name, _FORKS) + _threads_only(name) + [_answer(_ALLOW)]


def network_program(name: str) -> list[Instruction]:
    """The filter of `refuse_networks` for the architecture `name`."""
    return (
        _preamble(name)
        + _refusals(name, _RINGS)
        + [
            (_JUMP_IF_EQUAL, 0, 3, _number(_SOCKET, name)),
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
        + _refusals(name, _RINGS)
        + [
            (_JUMP_IF_EQUAL, 0, 13, _number(_SOCKET, name)),
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
    return _preamble(name) + _refusals(name, _SEALED) + [_answer(_ALLOW)]


def _preamble(name: str) -> list[Instruction]:
    """Refuse whatever comes under another architecture's numbers; leave the call's number in the register."""
    program: list[Instruction] = [
        (_LOAD_WORD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, _number(_AUDIT_ARCHITECTURES, name)),
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
        (_JUMP_IF_EQUAL, 0, 1, _number(_CLONE3, name)),
        _answer(_ERROR | errno.ENOSYS),
        (_JUMP_IF_EQUAL, 0, 4, _number(_CLONE, name)),
        (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_BITS, 0, 1, _CLONE_THREAD),
        _answer(_ALLOW),
        _answer(_ERROR | errno.EPERM),
    ]


def _no_namespaces(name: str) -> list[Instruction]:
    """Let `clone` make threads and processes, but in no namespace of their own. `clone3`: as in `_threads_only`."""
    return [
        (_JUMP_IF_EQUAL, 0, 1, _number(_CLONE3, name)),
        _answer(_ERROR | errno.ENOSYS),
        (_JUMP_IF_EQUAL, 0, 4, _number(_CLONE, name)),
        (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_BITS, 1, 0, _CLONE_NAMESPACES),
        _answer(_ALLOW),
        _answer(_ERROR | errno.EPERM),
    ]


def _own_signals(name: str, process: int) -> list[Instruction]:
    """Let `tgkill` (which abort() needs) reach the process itself only."""
    return [
        (_JUMP_IF_EQUAL, 0, 3, _number(_TGKILL, name)),
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
        ctypes.c_long(_number(_SECCOMP, name)),
        ctypes.c_long(_SET_MODE_FILTER),
        ctypes.c_long(_FLAG_ALL_THREADS),
        ctypes.byref(filter_program),
    )
    return bool(done == 0)
