"""The options of `guardian health`. Nothing heavy is imported here."""

from __future__ import annotations

from guardian.cli_parts import Commands, add_command, add_policies_option, add_threads_option

HEALTH_CODES = """\
exit codes:
  0    nothing is breached
  1    a reading is breached
  2    usage or settings error
  74   input or output failed
  130  interrupted"""


def add_health(commands: Commands) -> None:
    """Add the command."""
    command = add_command(
        commands,
        "health",
        "show what was measured of the guardian itself, and what is breached",
        codes=HEALTH_CODES,
        more="The model is started once, for texts whose verdict is known beforehand; nothing is recorded.",
    )
    command.add_argument("--json", action="store_true", help="print JSON; with --follow, one object a line")
    command.add_argument("--follow", action="store_true", help="go on, and print what changes")
    command.add_argument("--no-model", action="store_true", help="start no model: journal and files alone")
    add_policies_option(command)
    add_threads_option(command)
