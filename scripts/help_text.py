"""Keeps the help in the documents the same as the program's own.

    python scripts/help_text.py                      print the help of every command
    python scripts/help_text.py --write README.md    put it between the markers of a document
    python scripts/help_text.py --check README.md    exit 1, naming what differs, unless it is the same

A marker names a command, or `guardian` for the whole: `<!-- help:policy list -->` ... `<!-- /help -->`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from guardian.cli import build_parser, command_parsers  # a checkout need not be installed

WIDTH_COLUMNS = 80
_BLOCK = re.compile(r"(?P<start><!-- help:(?P<name>[a-z -]+?) -->\n)(?P<body>.*?)(?P<end><!-- /help -->)", re.DOTALL)


def help_texts() -> dict[str, str]:
    """The help of every command by its name, `guardian` for the whole."""
    os.environ["COLUMNS"] = str(WIDTH_COLUMNS + 2)  # argparse keeps two columns free
    return dict(_walk(build_parser()))


def _walk(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    yield parser.prog.removeprefix("guardian ") or parser.prog, parser.format_help()
    for each in command_parsers(parser).values():
        yield from _walk(each)


def with_help(document: str, texts: dict[str, str]) -> tuple[str, list[str]]:
    """The document with live help in every block, and what was wrong: blocks that differed, names that are none."""
    wrong: list[str] = []

    def replaced(block: re.Match[str]) -> str:
        name = block["name"]
        if name not in texts:
            wrong.append(f"no command is named {name}")
            return block.group()
        body = f"```text\n{texts[name]}```\n"
        if body != block["body"]:
            wrong.append(f"the help of {name} is not the program's")
        return f"{block['start']}{body}{block['end']}"

    return _BLOCK.sub(replaced, document), wrong


def main() -> int:
    """Print, write or check."""
    parser = argparse.ArgumentParser(description="help of every command, and documents that quote it")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", metavar="FILE", type=Path, nargs="+", help="put live help between the markers")
    what.add_argument("--check", metavar="FILE", type=Path, nargs="+", help="exit 1 where it differs")
    args = parser.parse_args()
    texts = help_texts()
    if not args.write and not args.check:
        print("\n".join(f"## {name}\n\n{text}" for name, text in texts.items()), end="")
        return 0
    exit_code = 0
    for file in args.write or args.check:
        document, wrong = with_help(file.read_text("utf-8"), texts)
        if args.write:
            file.write_text(document, "utf-8")
        else:
            exit_code = 1 if wrong else exit_code
            print(*(f"{file}: {each}" for each in wrong), sep="\n", end="\n" if wrong else "")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
