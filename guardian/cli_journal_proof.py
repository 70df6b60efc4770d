"""The actions of `guardian journal` about what can be relied on, and what is to go: verify, checkpoint, prove, forget.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

import argparse
import re

from guardian.cli_parts import CHECKING_CODES, Commands, Parser, add_command

_VERIFY_CODES = """\
exit codes:
  0    intact
  1    something is wrong
  2    it can't be verified: no journal, or a foreign or newer one
  74   input or output failed"""
_CODES = CHECKING_CODES.format(good="done", bad="usage error, or the journal cannot be used") + (
    "\n  74   input or output failed"
)
_SEQ = re.compile(r"([0-9]{1,15})(?:\.\.([0-9]{1,15}))?")


def add_proof(actions: Commands) -> None:
    """The four actions."""
    _add_verify(actions)
    _add_checkpoint(actions)
    _add_prove(actions)
    _add_forget(actions)


def _add_verify(actions: Commands) -> None:
    command = add_command(
        actions,
        "verify",
        "check that nothing was changed, added or taken away, and say where",
        more="Works without the key.",
        codes=_VERIFY_CODES,
    )
    command.add_argument("--full", action="store_true", help="also open every record with the key, and look inside")
    command.add_argument(
        "--sample",
        metavar="P%",
        type=_share,
        help="look at the content of about P%% of the records only, picked at random (all else is checked in full)",
    )
    command.add_argument(
        "--against", metavar="FILE", help="compare with a checkpoint that was written earlier; - for standard input"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_checkpoint(actions: Commands) -> None:
    command = add_command(
        actions,
        "checkpoint",
        "print a signed note of how the journal ends, to be kept elsewhere",
        more="Later, verify --against tells by it whether anything before was changed or is missing.",
        codes=_CODES,
    )
    _add_output(command)


def _add_prove(actions: Commands) -> None:
    command = add_command(
        actions,
        "prove",
        "write a receipt: proof of one record that shows what you choose, and no more",
        more="guardian verify-receipt checks it anywhere.",
        codes=_CODES,
    )
    command.add_argument("seq", metavar="SEQ", type=_number, help="the record's number, as journal list prints it")
    command.add_argument(
        "--reveal",
        metavar="FIELDS",
        required=True,
        help="what to show, joined by commas: kind, time, channel, sender, outcome, policy, tactic, model, text",
    )
    command.add_argument("--against", metavar="FILE", help="a checkpoint that the reader of the receipt has")
    _add_output(command)


def _add_forget(actions: Commands) -> None:
    command = add_command(
        actions,
        "forget",
        "destroy what records say, for good; that they were there can still be verified",
        codes=_CODES,
    )
    command.add_argument("seqs", metavar="SEQ", nargs="*", type=_range, help="a record's number, or several: 12..20")
    command.add_argument(
        "--before", metavar="DATE", help="all verdicts from before that day (2026-11-01), or age (90d)"
    )
    command.add_argument("--why", metavar="TEXT", default="", help="why, to stand in the journal")
    command.add_argument("--yes", action="store_true", help="do not ask")


def _add_output(command: Parser) -> None:
    command.add_argument("--output", metavar="FILE", help="write to FILE (mode 0600)")
    command.add_argument("--force", action="store_true", help="replace FILE where it is there")


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError("must be a share from above 0% to 100%")
    return share


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise argparse.ArgumentTypeError("must be the number of a record")
    return int(text)


def _range(text: str) -> tuple[int, int]:
    match = _SEQ.fullmatch(text)
    if match is None or (match[2] is not None and int(match[2]) < int(match[1])):
        raise argparse.ArgumentTypeError("must be the number of a record, or a range such as 12..20")
    return int(match[1]), int(match[2] or match[1])
