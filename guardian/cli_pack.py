"""The part of the command tree that is about packs of policies. `guardian.cli` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, Parser, add_command

CHANNELS = ("incoming", "ai_output")
"""As `guardian.message.Channel` names them."""

_CODES = CHECKING_CODES.format(good="done", bad="usage error, or the pack is refused") + (
    "\n  74   input or output failed"
)


def add_pack(commands: Commands) -> None:
    """`guardian pack`."""
    more = "A pack is a folder, a .zip or a .tar.gz. Nothing is fetched."
    command = add_command(commands, "pack", "take policies from others, and give yours away, by file", more=more)
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_verify(actions)
    _add_show(actions)
    _add_install(actions)
    _add_update(actions)
    _add_remove(actions)
    _add_export(actions)
    _add_trust(actions)
    trusted = add_command(actions, "trusted", "list the keys whose packs you trust", codes=_CODES)
    trusted.add_argument("--json", action="store_true", help="print JSON")


def _add_verify(actions: Commands) -> None:
    more = "Its files, its signature, and its golden cases with the model that is here. Nothing is installed."
    command = add_command(actions, "verify", "check a pack", more=more, codes=_CODES)
    _add_path(command)
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_show(actions: Commands) -> None:
    more = "With a path, what a pack would install, in full; with a name, what one installed; alone, all that are here."
    command = add_command(actions, "show", "show packs", more=more, codes=_CODES)
    command.add_argument("pack", metavar="PACK", nargs="?", help="a path, or the name of an installed pack")
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_install(actions: Commands) -> None:
    more = "Shows every line that it would add, and asks. Its policies come in on trial: status test, notices only."
    command = add_command(actions, "install", "install a pack", more=more, codes=_CODES)
    _add_taking(command)


def _add_update(actions: Commands) -> None:
    more = "What you changed in its policies is kept. An older version, or one by another key, is refused."
    command = add_command(actions, "update", "update an installed pack", more=more, codes=_CODES)
    _add_taking(command)
    command.add_argument("--replace", action="store_true", help="put the pack's text over your own changes")


def _add_taking(command: Parser) -> None:
    _add_path(command)
    command.add_argument("--active", action="store_true", help="in force at once, not on trial")
    command.add_argument(
        "--channel",
        metavar="CHANNEL",
        choices=CHANNELS,
        action="append",
        help=f"let it look at this channel only: {', '.join(CHANNELS)}; may be given twice",
    )
    command.add_argument("--unsigned", action="store_true", help="take a pack that nobody signed")
    _add_yes(command)


def _add_remove(actions: Commands) -> None:
    more = "A policy whose words you changed stays, as your own."
    command = add_command(actions, "remove", "remove what a pack installed", more=more, codes=_CODES)
    command.add_argument("name", metavar="NAME", help="the pack's name, as pack show prints it")
    _add_yes(command)


def _add_export(actions: Commands) -> None:
    more = "Senders, hours, mutes and comments stay at home. Your reasons and examples go out: it shows them, and asks."
    command = add_command(actions, "export", "make a pack of your own policies", more=more, codes=_CODES)
    command.add_argument("name", metavar="NAME", help="what the pack is called")
    command.add_argument("ids", metavar="ID", nargs="+", help="your policies that go into it")
    command.add_argument("--to", metavar="PATH", required=True, help="a .zip, a .tar.gz, or else a new folder")
    command.add_argument("--key", metavar="FILE", help="sign with this key of OpenSSH's (Ed25519)")
    command.add_argument("--version", metavar="N.N.N", dest="pack_version", help="default: 1.0.0, or the next patch")
    command.add_argument("--after", metavar="PACK", help="the version before: a path")
    command.add_argument("--author", metavar="NAME", action="append", help="may be given more than once")
    command.add_argument("--licence", metavar="NAME", help="under which others may use it, such as CC-BY-4.0")
    command.add_argument("--language", metavar="TAG", action="append", help="such as en; may be given more than once")
    command.add_argument("--golden", metavar="FILE", help="golden cases (default: the policies' own examples)")
    _add_yes(command)


def _add_trust(actions: Commands) -> None:
    more = "What it signs may then warn. Your own key (--mine) may do all that your own policies may."
    command = add_command(actions, "trust", "trust somebody's key for packs", more=more, codes=_CODES)
    command.add_argument("file", metavar="FILE", help="their public key, as ssh-keygen wrote it (.pub)")
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument("--name", metavar="NAME", help="whose key it is")
    whose.add_argument("--mine", action="store_true", help="it is your own")
    _add_yes(command)


def _add_path(command: Parser) -> None:
    command.add_argument("path", metavar="PATH", help="the pack: a folder, a .zip or a .tar.gz")


def _add_yes(command: Parser) -> None:
    command.add_argument("--yes", action="store_true", help="go on without asking")
