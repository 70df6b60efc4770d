"""Numbers of the system calls that the filters of `seccomp.py` know, on the architectures that they are for.

Sources: Linux `arch/x86/entry/syscalls/syscall_64.tbl`, `include/uapi/asm-generic/unistd.h` (aarch64),
`include/uapi/linux/audit.h`.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Numbers(NamedTuple):
    """Number of one system call; None where the architecture does not have it."""

    x86_64: int | None
    aarch64: int | None


CONFINED: Final = {
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
RINGS: Final = {name: numbers for name, numbers in CONFINED.items() if name.startswith("io_uring")}
SOCKET: Final = CONFINED["socket"]
FORKS: Final = {
    "fork": Numbers(57, None),
    "vfork": Numbers(58, None),
}
"""New processes; `clone` sees `_threads_only`."""
SEALED: Final = {
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
CLONE: Final = Numbers(56, 220)
CLONE3: Final = Numbers(435, 435)
TGKILL: Final = Numbers(234, 131)
SECCOMP: Final = Numbers(317, 277)
AUDIT_ARCHITECTURES: Final = Numbers(0xC000003E, 0xC00000B7)
