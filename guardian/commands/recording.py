"""What the commands that screen have in common: their verdicts go into the journal, unless they are told not to."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext

from guardian.events import Observer
from guardian.recording import NoRecord, Recorder
from guardian.settings import Settings


def recording(args: argparse.Namespace, settings: Settings, observer: Observer) -> AbstractContextManager[Recorder]:
    """The recorder for one run."""
    if args.no_journal:
        return nullcontext(NoRecord())
    from guardian.journal.recorder import open_recorder  # here: a run that keeps nothing need not import ciphers

    return open_recorder(settings, observer)
