"""The part of the command tree that is about the record: `journal` and `feedback`. `guardian.cli` has the rest.

What `list`, `stats` and `export` find in `args.filter` is a list of words, to be put together by
`guardian.journal.filters.query.joined`.
"""

from __future__ import annotations

import argparse

from guardian.cli_journal_proof import add_proof
from guardian.cli_parts import CHECKING_CODES, Commands, Parser, add_command, record_number

FILTER_HELP = "what to look for: '~o flagged ~d 7d ~s @bank.example' (see below); default: everything"

FILTER_CODES = """\
a filter (put it in single quotes):
  ~o OUTCOME  clean, notice, flagged, unsure, unscreened
  ~t TACTIC   such as urgency, or a group such as pressure
  ~p POLICY   this policy of yours matched
  ~s SENDER   a part of the sender, such as @bank.example
  ~c CHANNEL  incoming or ai
  ~d WHEN     7d, 24h, 2w; 2026-11-01; 2026-11-01..2026-11-21
  ~m WORDS    words in the text, in quotes or in your note; a bare word too
  ~f WORD     you said right, wrong or unsure; none: you said nothing
  ~a MARK     you marked it kept or done; none: it has no mark
  ~k KIND     verdict, feedback, amendment, model, counts, ...
  ~n NUMBER   12, 12..20, 12.., ..20
  beside each other: and; |: or; !: not; ( ) and quotes

"""

_MOST_SHOWN = 50
_CODES = CHECKING_CODES.format(good="done", bad="usage error, or the journal cannot be used") + (
    "\n  74   input or output failed"
)


def add_journal(commands: Commands) -> None:
    """`guardian journal ACTION`."""
    command = add_command(commands, "journal", "look at what was recorded")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_list(actions)
    _add_show(actions)
    _add_search(actions)
    _add_mark(actions)
    _add_stats(actions)
    _add_summary(actions)
    _add_export(actions)
    add_proof(actions)


def add_feedback(commands: Commands) -> None:
    """`guardian feedback SEQ ...`."""
    command = add_command(
        commands,
        "feedback",
        "say whether a verdict was right",
        more="Nothing is learned from it unless you ask; it can be changed and taken back.",
        codes=_CODES,
    )
    _add_seq(command)
    command.add_argument(
        "says", metavar="right|wrong|unsure", nargs="?", choices=("right", "wrong", "unsure"), help="your word on it"
    )
    command.add_argument("--note", metavar="TEXT", default="", help="why, in your own words")
    command.add_argument("--undo", action="store_true", help="take back what you said")


def _add_list(actions: Commands) -> None:
    command = add_command(
        actions,
        "list",
        "list what was recorded, one line each, the newest last",
        codes=FILTER_CODES + _CODES + "\n  130  interrupted",
    )
    _add_filter(command)
    _add_limit(command)
    command.add_argument(
        "--group",
        metavar="conversation|campaign",
        choices=("conversation", "campaign"),
        help="put together what is from one sender, or says the same words",
    )
    command.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    command.add_argument("--json", action="store_true", help="print one JSON object a line, whole")


def _add_mark(actions: Commands) -> None:
    command = add_command(
        actions,
        "mark",
        "mark a verdict to come back to, or as done",
        more="A mark says neither right nor wrong: guardian feedback does.",
        codes=_CODES,
    )
    _add_seq(command)
    command.add_argument(
        "mark", metavar="kept|done|none", choices=("kept", "done", "none"), help="the mark; none takes it away"
    )
    command.add_argument("--note", metavar="TEXT", help="a note; the one that is there stays unless you give another")


def _add_show(actions: Commands) -> None:
    command = add_command(actions, "show", "show one record in full", codes=_CODES)
    _add_seq(command)
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_search(actions: Commands) -> None:
    command = add_command(
        actions,
        "search",
        "search texts, quotes, notes and senders",
        more="Finds what holds all of the words; letter case and accents do not matter, and a word may go on.",
        codes=_CODES,
    )
    command.add_argument("words", metavar="WORDS", nargs="+", help="a word, or several in quotes as they stand")
    _add_limit(command)
    command.add_argument("--json", action="store_true", help="print one JSON object a line, whole")


def _add_stats(actions: Commands) -> None:
    command = add_command(
        actions,
        "stats",
        "count by week, outcome, channel, tactic, policy and sender",
        more="With how often you said that it was right.",
        codes=FILTER_CODES + _CODES,
    )
    _add_filter(command)
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_summary(actions: Commands) -> None:
    command = add_command(
        actions, "summary", "sum up a span of time on one page, with what to judge next", codes=_CODES
    )
    command.add_argument(
        "--since", metavar="WHEN", default="7d", help="24h, 7d, 2w, or a day such as 2026-11-21 (default: 7d)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_export(actions: Commands) -> None:
    command = add_command(
        actions, "export", "write records to a file, or to standard output", codes=FILTER_CODES + _CODES
    )
    _add_filter(command)
    command.add_argument(
        "--format",
        required=True,
        choices=("ndjson", "csv", "html"),
        metavar="ndjson|csv|html",
        help="whole records, a table, or a page with charts",
    )
    command.add_argument("--output", metavar="FILE", help="write to FILE, for your eyes only (mode 0600)")
    command.add_argument("--no-text", action="store_true", help="leave out what the messages say")
    command.add_argument("--force", action="store_true", help="replace FILE where it is there")


def _add_seq(command: Parser) -> None:
    command.add_argument(
        "seq", metavar="SEQ", type=record_number, help="the record's number, as journal list prints it"
    )


def _add_filter(command: Parser) -> None:
    command.add_argument("filter", metavar="FILTER", nargs="*", help=FILTER_HELP)


def _add_limit(command: Parser) -> None:
    command.add_argument(
        "--limit",
        metavar="N",
        type=_limit,
        default=_MOST_SHOWN,
        help=f"show the newest N at most (default: {_MOST_SHOWN})",
    )


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1 and len(text) < 9):
        raise argparse.ArgumentTypeError("must be a number from 1 on")
    return int(text)
