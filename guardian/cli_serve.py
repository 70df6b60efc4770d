"""The options of `guardian serve`. Nothing heavy is imported here."""

from __future__ import annotations

import argparse

from guardian.cli_parts import Commands, add_command

SERVE_CODES = """\
exit codes:
  0    ended as it was told to, or for want of questions
  2    another service runs, or settings, policies or model can't be used
  74   the socket can't be made, or not all that was taken could be answered
  130  interrupted"""

UNIT_KINDS = ("systemd", "systemd-socket", "launchd")


def add_serve(commands: Commands) -> None:
    """Add the command."""
    command = add_command(
        commands,
        "serve",
        "hold the model, and answer other programs of yours on a Unix socket",
        codes=SERVE_CODES,
        more="Nobody else can ask: neither another user of this machine nor a network.",
    )
    command.add_argument(
        "--idle",
        metavar="TIME",
        type=_idle_s,
        help="end when nobody asked anything for so long: 90s, 10m, 2h; 0 for never, which is the default",
    )
    instead = command.add_mutually_exclusive_group()
    instead.add_argument("--status", action="store_true", help="say how the service that runs fares")
    instead.add_argument(
        "--print-unit",
        choices=UNIT_KINDS,
        metavar="KIND",
        help=f"print a unit that keeps it running: {', '.join(UNIT_KINDS)}",
    )
    command.add_argument("--json", action="store_true", help="with --status, print JSON")
    command.add_argument("--verbose", action="store_true", help="say more on standard error")


def _idle_s(text: str) -> int:
    from guardian.service.durations import seconds_of

    seconds = seconds_of(text)
    if seconds is None:
        raise argparse.ArgumentTypeError("must be a time of at most a week, such as 90s, 10m or 2h")
    return seconds
