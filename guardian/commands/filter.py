"""`guardian filter` by a gate of its own: the cold road, for whoever no warm service answered (see `filter_warm`).

Invariants: what comes out, and where, is what comes out of the warm road: both end in `filter_output`; a message that
was read already is not read again.
"""

from __future__ import annotations

import argparse

from guardian.assembly import open_gate
from guardian.commands.filter_output import put_out
from guardian.commands.filter_warm import Unanswered, read_input, say_road
from guardian.commands.narration import narrate
from guardian.commands.recording import recording
from guardian.exits import ExitCode
from guardian.filter_words import FilterWords
from guardian.paths import ensure_private_directory
from guardian.service.answer import answer_of
from guardian.service.answering import answer_frame
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Screen standard input. Exit codes: 0, 1, 2, 3 (75 with --mail), 74."""
    words = FilterWords.of(args)
    earlier: Unanswered = args.unanswered or Unanswered("no service was asked")
    say_road(words, f"judged without the warm service: {earlier.why}")
    observer = narrate(verbose=words.verbose)
    with recording(args, settings, observer) as recorder, open_gate(settings, observer, recorder=recorder) as gate:
        if earlier.message is None:
            message, rest = read_input(words, settings.limits.max_bytes_read)
        else:
            message, rest = earlier.message, earlier.rest
        screened = gate.screen(message)
    return put_out(
        answer_of(answer_frame(screened, all_policies=words.all_policies)),
        message,
        rest,
        words,
        fail_on=settings.filter.fail_on,
        held=lambda: ensure_private_directory(settings.paths.held),
    )
