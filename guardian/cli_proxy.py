"""The part of the command tree that is about the proxy. `guardian.cli` has the rest."""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, add_command

_CODES = CHECKING_CODES.format(good="done, or ended by SIGTERM", bad="usage or settings error, or it can't listen") + (
    "\n  74   input or output failed\n  130  interrupted"
)


def add_proxy(commands: Commands) -> None:
    """`guardian proxy`, which runs it, and `guardian proxy ACTION`."""
    command = add_command(
        commands,
        "proxy",
        "stand between an AI client and its server, and screen answers as they pass",
        more="Runs until Ctrl-C, on 127.0.0.1 alone. Settings: guardian config show prints them as proxy.NAME.",
        codes=_CODES,
    )
    instead = command.add_mutually_exclusive_group()
    instead.add_argument(
        "--print-token", action="store_true", help="print the token that clients give as their API key, and end"
    )
    instead.add_argument(
        "--upstream-key",
        action="store_true",
        help="ask for your key for the AI server (or read it from standard input), keep it, and end; empty: forget it",
    )
    actions = command.add_subparsers(dest="action", metavar="[ACTION]", title="actions")
    sessions = add_command(
        actions, "sessions", "list the conversations that pass through the running proxy", codes=_CODES
    )
    sessions.add_argument("--json", action="store_true", help="print JSON")
    goal = add_command(
        actions,
        "goal",
        "say what a conversation is about, in your own words",
        more="Answers are judged against it in place of what you asked first. From the next answer on.",
        codes=_CODES,
    )
    goal.add_argument("session", metavar="ID", help="the session, as guardian proxy sessions lists it")
    goal.add_argument("goal", metavar="GOAL", help="what it is about; '' for what you asked first")
