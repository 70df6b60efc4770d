"""The commands about the journal's key, and the one that checks what the journal has proved. Only their options.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, add_command

PLACES = ("keyring", "file", "passphrase")
"""Where the key can be kept, as `guardian.journal.keys.KeyPlace` names it."""

_KEY_CODES = CHECKING_CODES.format(good="done", bad="usage error, or the key can't be had or kept there") + (
    "\n  74   input or output failed"
)
_RECEIPT_CODES = """\
exit codes:
  0    it holds
  1    it does not hold
  2    usage error
  74   the file can't be read"""


def add_key(commands: Commands) -> None:
    """`guardian key`."""
    command = add_command(commands, "key", "look after the key that the journal is sealed under")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    show = add_command(actions, "show", "say where the key is and what that protects", codes=_KEY_CODES)
    show.add_argument("--json", action="store_true", help="print JSON")
    move = add_command(actions, "move", "renew the key and keep it in another place", codes=_KEY_CODES)
    move.add_argument("place", metavar="PLACE", choices=PLACES, help=", ".join(PLACES))
    more = "Copies of the journal made earlier stay open to whoever has the old key; what is added later does not."
    add_command(actions, "rotate", "renew the key where it is", more=more, codes=_KEY_CODES)
    more = "They are shown once, on a terminal, and typed back."
    add_command(actions, "phrase", "make 24 words that bring a lost key back", more=more, codes=_KEY_CODES)
    more = "They are asked for on a terminal, or read from standard input."
    recover = add_command(actions, "recover", "open the journal again with the 24 words", more=more, codes=_KEY_CODES)
    recover.add_argument(
        "--to", metavar="PLACE", choices=PLACES, help="where to keep the key (default: the best place that works)"
    )


def add_verify_receipt(commands: Commands) -> None:
    """`guardian verify-receipt`."""
    command = add_command(
        commands,
        "verify-receipt",
        "check a receipt, or a signed report card, with nothing but the file",
        codes=_RECEIPT_CODES,
    )
    command.set_defaults(needs_settings=False)
    command.add_argument("file", metavar="FILE", help="the receipt or report card; - for standard input")
    command.add_argument("--checkpoint", metavar="FILE", help="a checkpoint of the journal that you got another way")
    command.add_argument("--key", metavar="VKEY", help="the journal's verifier key, that you got another way")
    command.add_argument("--json", action="store_true", help="print JSON")
