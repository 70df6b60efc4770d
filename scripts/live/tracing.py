"""Runs Guardian's programs under strace(1), and says which sockets the kernel gave them.

Invariants: everything runs on homes of its own and on loopback alone; a call that the kernel refused is counted apart,
because the self-tests of the walls try to get out on purpose.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STRACE: Final = shutil.which("strace")
_FAMILY: Final = re.compile(r"\b(?:AF|PF)_([A-Z0-9_]+)")
_ADDRESS: Final = re.compile(
    r"sin6?_port=htons\((\d+)\).*?(?:inet_addr\(\"([^\"]+)\"\)|inet_pton\(AF_INET6, \"([^\"]+)\")"
)
_CALL: Final = re.compile(r"^\d+\s+(\w+)")
_UNFINISHED: Final = " <unfinished ...>"
_RESUMED: Final = re.compile(r"^(\d+)\s+<\.\.\. \w+ resumed>")
_LOCAL: Final = frozenset({"UNIX", "LOCAL", "UNSPEC"})


@dataclass(slots=True)
class Traced:
    """What a program did with sockets."""

    granted: Counter[str] = field(default_factory=Counter)
    """Calls that the kernel let through, by family; AF_UNIX among them."""
    refused: Counter[str] = field(default_factory=Counter)
    connected: Counter[str] = field(default_factory=Counter)
    """`address:port` of each connect over IP that was let through."""

    @property
    def networks(self) -> dict[str, int]:
        """What was granted of other families than AF_UNIX."""
        return {family: count for family, count in self.granted.items() if family not in _LOCAL}

    def line(self, name: str) -> str:
        """The row of a table."""
        networks = ", ".join(f"{count} {family}" for family, count in sorted(self.networks.items())) or "none"
        places = ", ".join(f"{place} ({count})" for place, count in sorted(self.connected.items())) or "-"
        return f"| {name} | {self.granted['UNIX']} | {networks} | {places} | {sum(self.refused.values())} |"


HEADINGS: Final = (
    "| what ran | calls on Unix sockets | on others, granted | connected to | refused |",
    "|---|---|---|---|---|",
)


def traced_command(command: Sequence[str], log: Path) -> list[str]:
    """`command` under strace, which writes the socket calls of it and of all that it starts to `log`."""
    assert STRACE is not None
    return [STRACE, "-f", "-qq", "-s", "64", "-e", "trace=%network", "-o", str(log), *command]


def trace(command: Sequence[str], log: Path, *, env: Mapping[str, str], stdin: bytes = b"", timeout_s: float) -> Traced:
    """Run to the end, and read the trace."""
    subprocess.run(
        traced_command(command, log), input=stdin, capture_output=True, env=dict(env), timeout=timeout_s, check=False
    )
    return read_trace(log)


def read_trace(log: Path) -> Traced:
    """What stands in a trace."""
    found = Traced()
    for line in _whole_calls(log.read_text(errors="replace").splitlines()):
        family = _FAMILY.search(line)
        if family is None:
            continue
        if " = -1 E" in line and "EINPROGRESS" not in line:
            found.refused[family[1]] += 1
            continue
        found.granted[family[1]] += 1
        call, address = _CALL.match(line), _ADDRESS.search(line)
        if call is not None and call[1] == "connect" and address is not None:
            found.connected[f"{address[2] or address[3]}:{address[1]}"] += 1
    return found


def _whole_calls(lines: Iterable[str]) -> Iterator[str]:
    """Each call on one line: strace writes a call in two where another thread's came between, and only the second says
    what became of it. A call that never came back was not granted."""
    begun: dict[str, str] = {}
    for line in lines:
        resumed = _RESUMED.match(line)
        if line.endswith(_UNFINISHED):
            begun[line.split(maxsplit=1)[0]] = line.removesuffix(_UNFINISHED)
        elif resumed is not None:
            yield begun.pop(resumed[1], "") + line[resumed.end() :]
        else:
            yield line
