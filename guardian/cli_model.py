"""The options of `guardian model`. Nothing heavy is imported here."""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_policies_option, add_threads_option

ROLES = ("judge", "assistant")
"""What an added model can be used as."""
_TEST_CODES = """\
exit codes:
  0    it can judge
  1    it can't
  2    no such model, or its file is refused, or its process can't be started"""


def add_model(commands: Commands) -> None:
    """Add the command."""
    command = add_command(
        commands,
        "model",
        "look at the embedded model, and add language models of your own",
        more="A model of yours can give second opinions (as judge) or talk with you (as assistant). Nothing is ever "
        "downloaded.",
    )
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_list(actions)
    _add_add(actions)
    _add_use(actions)
    _add_test(actions)
    _add_remove(actions)
    _add_verify(actions)
    _add_card(actions)


def _add_list(actions: Commands) -> None:
    listing = add_command(
        actions,
        "list",
        "list models: file, hash, what each output finds and how well that was measured; then those you added",
    )
    listing.add_argument("--json", action="store_true", help="print JSON")


def _add_add(actions: Commands) -> None:
    codes = (
        CHECKING_CODES.format(
            good="added; of a folder, at least one", bad="a file is refused or broken, or a name or frame can't be used"
        )
        + "\n  74   input or output failed"
    )
    adding = add_command(
        actions,
        "add",
        "check a GGUF file of yours, pin it by its hash, and put it on your list",
        more="The file stays where it is, and is not loaded yet: guardian model test does that, in its cell. Of a "
        "folder, every .gguf file right in it is tried.",
        codes=codes,
    )
    adding.add_argument("path", metavar="PATH", help="a GGUF file, or a folder of them")
    adding.add_argument("--name", metavar="NAME", help="what you call it (default: from the file's name)")
    adding.add_argument(
        "--frame", metavar="FAMILY", help="the prompt frame that it was trained with (default: by what the file says)"
    )
    adding.add_argument("--json", action="store_true", help="print JSON, one object a file")


def _add_use(actions: Commands) -> None:
    using = add_command(
        actions,
        "use",
        "say which of your models is the judge, or the assistant",
        more="It writes judge.model or assistant.model into your settings.",
        codes=CHECKING_CODES.format(good="it is so now", bad="no such model, or settings that can't be changed")
        + "\n  74   the settings file can't be written",
    )
    using.add_argument("name", metavar="NAME", help="a model of yours (guardian model list); none for no model")
    using.add_argument(
        "--as", dest="role", choices=ROLES, metavar="|".join(ROLES), required=True, help="what it is to be"
    )


def _add_test(actions: Commands) -> None:
    testing = add_command(
        actions,
        "test",
        "ask a model of yours what is known, and say in words whether it can judge at all",
        codes=_TEST_CODES,
    )
    testing.add_argument("name", metavar="NAME", nargs="?", help="a model of yours (default: your judge)")
    testing.add_argument("--json", action="store_true", help="print JSON")


def _add_remove(actions: Commands) -> None:
    removing = add_command(
        actions,
        "remove",
        "take a model of yours off the list; its file stays",
        codes=CHECKING_CODES.format(good="it is off the list", bad="no such model, or it is in use")
        + "\n  74   the list can't be written",
    )
    removing.add_argument("name", metavar="NAME", help="a model of yours (guardian model list)")


def _add_verify(actions: Commands) -> None:
    codes = CHECKING_CODES.format(good="every file is the pinned one", bad="one is missing, damaged or another")
    verify = add_command(
        actions, "verify", "hash the files of all models again and compare with what is pinned", codes=codes
    )
    verify.add_argument("name", metavar="NAME", nargs="?", help="this model alone, embedded or yours")
    verify.add_argument("--json", action="store_true", help="print JSON")


def _add_card(actions: Commands) -> None:
    codes = (
        CHECKING_CODES.format(
            good="printed, or measured", bad="a row or an option is wrong, no model, or no key to sign with"
        )
        + "\n  74   input or output failed"
    )
    card = add_command(actions, "card", "print the model card, or measure again on labelled texts", codes=codes)
    card.add_argument("--rerun", metavar="PATH", help="screen the labelled NDJSON rows in PATH and report")
    card.add_argument("--json", action="store_true", help="with --rerun, print the report as canonical JSON")
    card.add_argument("--sign", action="store_true", help="with --json, sign the report with your journal's key")
    card.add_argument("--html", metavar="FILE", help="with --rerun, also write the report as a page to FILE")
    card.add_argument("--no-journal", action="store_true", help="record nothing")
    add_policies_option(card)
    add_threads_option(card)
