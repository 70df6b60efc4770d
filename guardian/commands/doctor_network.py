"""`guardian doctor --network`: which of Guardian's processes can reach what, tried live, and what keeps it so.

Invariants: whatever is claimed to be kept by the kernel was tried a moment ago, by a process behind that very wall;
what rests on design alone says so; nothing leaves the machine in the attempt.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from guardian.assembly import MANIFEST_NAME, start_cell
from guardian.commands.doctor_checks import Level
from guardian.errors import GuardianError
from guardian.events import ignore
from guardian.exits import ExitCode
from guardian.inference.manifest import load_manifest
from guardian.reading.reader import WalledReader
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.walls.landlock import landlock_abi
from guardian.walls.wall import WallLevel

_JSON_VERSION: Final = 1
_TRIAL_TIMEOUT_S: Final = 30.0
_LOCAL = "filter, scan, ask and all commands that only read, judge and record"
_OPEN = "the app, policy new and edit, hook exec, clipboard: they start programs of yours, which would inherit a wall"


@dataclass(frozen=True, slots=True)
class Reach:
    """What one kind of process can reach."""

    level: Level
    process: str
    reaches: str
    kept_by: str
    """The mechanism, and whether it is the kernel's or design alone."""
    tried: int = 0
    """Attempts to get out that were made just now."""
    refused: int = 0

    def lines(self) -> tuple[str, ...]:
        """The row in words."""
        attempts = f"; {self.refused} of {self.tried} attempts refused" if self.tried else "; not tried"
        return self.process, f"reaches {self.reaches}", f"kept by {self.kept_by}{attempts}"


def run(settings: Settings, *, as_json: bool) -> ExitCode:
    """Print a row for each kind of process. Exit codes: 0, 2 where a wall that is claimed let something through."""
    rows = list(reaches(settings))
    if as_json:
        print(json.dumps({"v": _JSON_VERSION, "processes": [asdict(row) for row in rows]}, indent=2))
    else:
        for row in rows:
            head, *below = map(safe_line, row.lines())
            print("\n      ".join((f"{row.level.value:<4}  {head}", *below)))
    return ExitCode.USAGE if any(row.level is Level.BAD for row in rows) else ExitCode.CLEAN


def reaches(settings: Settings) -> Iterator[Reach]:
    """Every kind of process, what it can reach, and what came of trying."""
    yield _model(settings)
    yield _mail_reader(settings)
    yield _tried(_LOCAL, "Unix sockets of this machine", "the kernel: seccomp (no socket of another family)", "local")
    yield _service(settings)
    yield Reach(Level.OK, _OPEN, "what those programs reach; Guardian itself opens Unix sockets alone", "design alone")
    yield _proxy(settings)
    yield _speaking(settings)
    yield _imap()


def _model(settings: Settings) -> Reach:
    process = "the model's process"
    try:
        with start_cell(settings, load_manifest(settings.model_dir / MANIFEST_NAME), ignore) as encoder:
            encoder.submit(["ready"]).result()
            register = encoder.register
    except GuardianError as error:
        return Reach(Level.BAD, process, "nothing: it does not run", error.line())
    refused = sum(probe.refused for probe in register.probes)
    level, kept = _kept(WallLevel(register.wall))
    return Reach(level, process, "nothing; it opens no file once it serves", kept, len(register.probes), refused)


def _mail_reader(settings: Settings) -> Reach:
    from guardian.assembly import reader_of
    from guardian.message import Format, Message

    reader: WalledReader = reader_of(settings)
    try:
        reader.read(Message(b"Subject: x\n\n<p>x</p>\n", format=Format.MAIL))
        wall = reader.standing().wall
    finally:
        reader.close()
    level, kept = _kept(WallLevel(wall))
    return Reach(level, "the process that takes mails apart", "nothing; it opens no file once it serves", kept)


def _kept(wall: WallLevel) -> tuple[Level, str]:
    files = f", Landlock {abi} (files)" if (abi := landlock_abi()) else ""
    match wall:
        case WallLevel.NETNS:
            return Level.OK, f"the kernel: an empty network namespace, seccomp{files}"
        case WallLevel.SECCOMP:
            return Level.OK, f"the kernel: seccomp{files}"
        case _:
            return Level.BAD, "design alone: no wall could be raised, or it let something through"


def _service(settings: Settings) -> Reach:
    from guardian.service.client import ServiceClient
    from guardian.service.errors import ServiceUnavailableError
    from guardian.service.place import SOCKET_NAME

    process = "the service (guardian serve)"
    try:
        with ServiceClient(settings.paths.runtime / SOCKET_NAME, timeout_s=5.0) as client:
            number = int(client.status().get("pid", 0))
    except (ServiceUnavailableError, GuardianError):
        return Reach(Level.OK, process, "nothing: it does not run", "the same filter as the line above, when it runs")
    is_walled = _has_filter(number)
    kept = "the kernel: seccomp (no socket of another family)" if is_walled else "design alone: the app holds it"
    return Reach(Level.OK, f"{process}, process {number}", "Unix sockets of this machine", kept)


def _has_filter(number: int) -> bool:
    """Whether the kernel says that this process is behind a system-call filter."""
    try:
        return "Seccomp:\t2" in Path(f"/proc/{number}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def _proxy(settings: Settings) -> Reach:
    place = urlsplit(settings.proxy.upstream)
    port = place.port or (443 if place.scheme == "https" else 80)
    reach = f"TCP port {port}, by design at {safe_line(place.hostname or '')} alone, and Unix sockets"
    if settings.proxy.allow_remote_upstream:
        return Reach(Level.OK, "the proxy", reach, "the kernel: Landlock (ports); names are looked up over UDP")
    return _tried("the proxy", reach, "the kernel: Landlock (TCP ports), seccomp (no UDP)", "ports", str(port))


def _speaking(settings: Settings) -> Reach:
    process = "the process that speaks to the server of your assistant, only where you set assistant.server"
    port = urlsplit(settings.assistant.server).port
    if port is None:
        return Reach(Level.OK, process, "nothing: no server is set", "the same walls as the proxy's, where one is set")
    reach = f"TCP port {port}, by design on this machine alone; files of its own program"
    return _tried(process, reach, "the kernel: Landlock (TCP port, files), seccomp (no UDP)", "ports", str(port))


def _imap() -> Reach:
    home = str(Path("/etc"))
    return _tried(
        "the IMAP fetcher, one a mailbox, only where you added one",
        "its mail server's port, by design that server alone, and names over UDP; files of its own program and /etc",
        "the kernel: Landlock (files, TCP ports)",
        "files",
        home,
    )


def _tried(process: str, reach: str, kept_by: str, *trial: str) -> Reach:
    """A row whose wall is raised and tried by a process of its own."""
    answer = _answer_of(trial)
    tried: Sequence[dict[str, Any]] = answer.get("tried", ())
    refused = sum(bool(each["refused"]) for each in tried)
    if not answer.get("stands"):
        return Reach(Level.WARN, process, reach, "design alone: this kernel has no such wall", len(tried), refused)
    level = Level.OK if tried and refused == len(tried) else Level.BAD
    return Reach(level, process, reach, kept_by, len(tried), refused)


def _answer_of(trial: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "guardian.walls.trial", *trial]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TRIAL_TIMEOUT_S, check=False)
        answer: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return answer
