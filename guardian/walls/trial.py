"""A process that raises one wall, tries to get out by every road, and prints what it met: for `guardian doctor`.

    python -m guardian.walls.trial local
    python -m guardian.walls.trial ports CONNECT-PORT
    python -m guardian.walls.trial files FOLDER

Invariant: sends nothing off the machine (see `probes.py`); standard output is one JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from guardian.walls.landlock import confine_files, landlock_abi, program_folders
from guardian.walls.local_only import gain_no_rights, stay_local, stay_on_ports
from guardian.walls.probe import Probe
from guardian.walls.probes import try_files, try_sockets


def main(words: Sequence[str]) -> int:
    """Raise the wall that `words` names and print `stands` (whether the kernel took it) and what was tried."""
    probes: tuple[Probe, ...]
    match list(words):
        case ["local"]:
            stands, probes = stay_local(), try_sockets("seccomp")
        case ["ports", port]:
            stands = bool(stay_on_ports(listen_ports=(), connect_ports=(int(port),), needs_names=False))
            probes = try_sockets("landlock")
        case ["files", folder]:
            stands = gain_no_rights() and bool(confine_files([*program_folders(), Path(folder)]))
            probes = (try_files("landlock"),)
        case _:
            return 2
    tried = [{"road": probe.road, "refused": probe.refused, "said": probe.said} for probe in probes]
    print(json.dumps({"stands": stands, "landlock": landlock_abi(), "tried": tried}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
