"""The system-call filters, run in a small interpreter for both architectures; their numbers against the kernel's."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest
from cell_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.walls import seccomp, system_calls
from guardian.walls.seccomp import Instruction
from guardian.walls.system_calls import Numbers

ARCHITECTURES = ("x86_64", "aarch64")
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PROCESS = 4711
ALLOWED = 0x7FFF0000
REFUSED = 0x00050000 | errno.EPERM
CLONE_THREAD_FLAGS = 0x003D0F00  # what glibc's pthread_create passes
HEADERS = {
    "x86_64": (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")),
    "aarch64": (Path("/usr/include/asm-generic/unistd.h"),),
}


def run(program: list[Instruction], architecture: int, number: int, argument: int = 0) -> int:
    """What the kernel answers: the subset of classic BPF that the filters use."""
    data = struct.pack("<IIQQQQQQQ", number, architecture, 0, argument, 0, 0, 0, 0, 0)
    at = word = 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == 0x20:
            word = struct.unpack_from("<I", data, operand)[0]
        elif code == 0x06:
            return operand
        else:
            holds = {0x15: word == operand, 0x35: word >= operand, 0x45: bool(word & operand)}[code]
            at += if_true if holds else if_false


def confined(name: str, number: int, argument: int = 0) -> int:
    return run(seccomp.confine_program(name, PROCESS), AUDIT[name], number, argument)


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("call", system_calls.FORKS | system_calls.CONFINED)
def test_what_leads_out_of_the_cell_is_refused(name: str, call: str) -> None:
    number = getattr((system_calls.FORKS | system_calls.CONFINED)[call], name)
    if number is not None:
        assert confined(name, number) == REFUSED


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("call", system_calls.SEALED)
def test_what_touches_files_is_refused_once_sealed_and_not_before(name: str, call: str) -> None:
    number = getattr(system_calls.SEALED[call], name)
    if number is not None:
        assert run(seccomp.seal_program(name), AUDIT[name], number) == REFUSED
        assert confined(name, number) == ALLOWED


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_threads_can_be_made_and_processes_cannot(name: str) -> None:
    clone, clone3 = getattr(system_calls.CLONE, name), getattr(system_calls.CLONE3, name)
    assert confined(name, clone, CLONE_THREAD_FLAGS) == ALLOWED
    assert confined(name, clone, 17) == REFUSED  # SIGCHLD alone: fork
    assert confined(name, clone, 0x4111) == REFUSED  # vfork, as posix_spawn does it
    assert confined(name, clone3) == 0x00050000 | errno.ENOSYS


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_process_that_may_fork_still_gets_out_by_no_other_road(name: str) -> None:
    program = seccomp.confine_program(name, PROCESS, may_fork=True)
    clone = getattr(system_calls.CLONE, name)
    assert run(program, AUDIT[name], clone, 17) == ALLOWED  # SIGCHLD alone: fork
    assert run(program, AUDIT[name], clone, CLONE_THREAD_FLAGS) == ALLOWED
    for namespace in (0x80, 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert run(program, AUDIT[name], clone, 17 | namespace) == REFUSED
    for numbers in system_calls.CONFINED.values():
        number = getattr(numbers, name)
        assert number is None or run(program, AUDIT[name], number) == REFUSED


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_forks_can_be_given_up_later(name: str) -> None:
    program = seccomp.fork_program(name)
    clone = getattr(system_calls.CLONE, name)
    assert run(program, AUDIT[name], clone, 17) == REFUSED
    assert run(program, AUDIT[name], clone, CLONE_THREAD_FLAGS) == ALLOWED
    assert run(program, AUDIT[name], getattr(system_calls.CLONE3, name)) == 0x00050000 | errno.ENOSYS
    for numbers in system_calls.FORKS.values():
        number = getattr(numbers, name)
        assert number is None or run(program, AUDIT[name], number) == REFUSED


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_process_can_abort_itself_and_signal_nobody_else(name: str) -> None:
    tgkill = getattr(system_calls.TGKILL, name)
    assert confined(name, tgkill, PROCESS) == ALLOWED
    assert confined(name, tgkill, PROCESS + 1) == REFUSED


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_calls_under_another_architectures_numbers_are_refused(name: str) -> None:
    other = AUDIT[ARCHITECTURES[1 - ARCHITECTURES.index(name)]]
    for program in (seccomp.confine_program(name, PROCESS), seccomp.seal_program(name)):
        assert run(program, other, 0) == REFUSED
        assert run(program, 0x40000003, 359) == REFUSED  # socket of 32-bit x86


def test_the_x32_door_is_closed() -> None:
    assert confined("x86_64", 0x40000000 | 41) == REFUSED
    assert confined("x86_64", 0x40000000) == REFUSED


@steady
@given(st.sampled_from(ARCHITECTURES), st.integers(0, 0x3FFFFFFF))
def test_everything_else_is_allowed(name: str, number: int) -> None:
    special = {
        *system_calls.FORKS.values(),
        *system_calls.CONFINED.values(),
        system_calls.CLONE,
        system_calls.CLONE3,
        system_calls.TGKILL,
    }
    if number not in {getattr(numbers, name) for numbers in special}:
        assert confined(name, number) == ALLOWED


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_numbers_are_the_kernels(name: str) -> None:
    header = next((path for path in HEADERS[name] if path.exists()), None)
    if header is None:
        pytest.skip(f"no kernel header with the numbers of {name} here")
    found = {
        call: int(number)
        for call, number in re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text(), re.MULTILINE)
    }
    single = {
        "clone": system_calls.CLONE,
        "clone3": system_calls.CLONE3,
        "tgkill": system_calls.TGKILL,
        "seccomp": system_calls.SECCOMP,
    }
    groups = system_calls.FORKS | system_calls.CONFINED | system_calls.SEALED
    tables: dict[str, Numbers] = {**groups, **single, "seccomp": system_calls.SECCOMP}
    compared = 0
    for call, numbers in tables.items():
        number = getattr(numbers, name)
        if call in found:  # a header may be older than a call
            compared += 1
            assert number == found[call], call
    assert compared > 40


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_call_that_one_architecture_lacks_has_its_successor_refused_there(name: str) -> None:
    """aarch64 has no open, fork and so on; their successors must then be in the table."""
    successors = {"open": "openat", "creat": "openat", "mkdir": "mkdirat", "rename": "renameat2", "unlink": "unlinkat"}
    for old, new in successors.items():
        assert getattr(system_calls.SEALED[new], name) is not None
        assert getattr(system_calls.SEALED[old], name) is not None or name == "aarch64"
