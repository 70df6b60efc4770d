"""`make hostile`: what becomes of hostile input, in tables (issue 7). Many minutes; nothing of the owner's is touched.

    python scripts/hostile_input.py [--only NAME]... [--messages N] [--asked N] [--payloads N] [--share X]

Exit code 1 where a figure falls short of its aim.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from hostile import innocent, metamorphic, position, silent_clean, tongues  # noqa: E402
from hostile.house import evasions, is_flagged, open_house  # noqa: E402
from hostile.tricks import PAIRS, SINGLES  # noqa: E402

from guardian.message import Message  # noqa: E402
from guardian.verdict import Outcome  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Print the tables that were asked for."""
    args = _parser().parse_args(arguments)
    fell_short = False
    for name in args.only or list(MEASUREMENTS):
        print(f"\n## {name}\n", flush=True)
        fell_short |= not MEASUREMENTS[name](args)
    return int(fell_short)


def _metamorphic(args: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as home, open_house(Path(home)) as house:
        messages = metamorphic.flagged_plain(house, args.messages)
        print(
            f"{len(messages)} held-out texts that are flagged as they stand; the model saw {args.asked} of each kind\n"
        )
        print("\n".join(metamorphic.HEADINGS))
        short = []
        for tricks, counts in ((SINGLES, True), (PAIRS, False)):
            for row in metamorphic.measure(house, messages, tricks, args.asked):
                print(row.line(), flush=True)
                short += [row.trick] if counts and row.caught < metamorphic.WANTED else []
    print(f"\n{len(SINGLES)} singly, {len(PAIRS)} in pairs; below {metamorphic.WANTED:.0%} singly: {short or 'none'}")
    return not short


def _innocent(args: argparse.Namespace) -> bool:
    told = []
    total: int = round(innocent.TEXTS * args.share)
    with tempfile.TemporaryDirectory() as home, open_house(Path(home)) as house:
        texts = list(innocent.innocent_texts(total))
        verdicts = house.gate.screen_all(Message(text.text.encode()) for text in texts)
        for text, screened in zip(texts, verdicts, strict=True):
            told += [(text.language, text.form)] if evasions(screened.verdict) else []
    print(f"{total} honest texts, {len(innocent.FORMS)} forms, 12 languages: an evasion said of {len(told)}: {told}")
    return len(told) <= innocent.WANTED * total


def _position(args: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as home:
        with open_house(Path(home)) as house:
            payloads = metamorphic.flagged_plain(house, args.payloads)
            reader = position.NearReader(house.limits)
        with open_house(Path(home), reader=reader) as house:
            print("\n".join(position.HEADINGS))
            is_short = False
            for row in position.measure(house, reader, payloads):
                print(row.line(), flush=True)
                is_short |= row.worst < position.WANTED
    return not is_short


def _silent_clean(args: argparse.Namespace) -> bool:
    tally = silent_clean.measure(args.share)
    print("\n".join(tally.lines()))
    return not tally.clean


def _tongues(args: argparse.Namespace) -> bool:
    del args
    print("| trick | named by a rule | flagged | called clean |\n|---|---|---|---|")
    is_short = False
    with tempfile.TemporaryDirectory() as home, open_house(Path(home)) as house:
        for trick in tongues.TRICKS:
            verdicts = [house.gate.screen(tongues.tricked(tongue, trick)).verdict for tongue in tongues.SENTENCES]
            named = sum(bool(verdict.findings) for verdict in verdicts)
            clean = sum(verdict.outcome is Outcome.CLEAN for verdict in verdicts)
            print(f"| {trick} | {named} of {len(verdicts)} | {sum(map(is_flagged, verdicts))} | {clean} |")
            is_short |= named < len(verdicts) or clean > 0
    return not is_short


MEASUREMENTS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "metamorphic": _metamorphic,
    "innocent": _innocent,
    "position": _position,
    "silent-clean": _silent_clean,
    "languages": _tongues,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="measure what becomes of hostile input", allow_abbrev=False)
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS), metavar="NAME", help="this one alone")
    parser.add_argument("--messages", type=int, default=metamorphic.MESSAGES, help="texts to disguise")
    parser.add_argument("--asked", type=int, default=40, help="copies of each kind that the model sees at least")
    parser.add_argument("--payloads", type=int, default=200, help="texts to place")
    parser.add_argument("--share", type=float, default=1.0, help="share of honest texts and of forced failures")
    return parser


if __name__ == "__main__":
    sys.exit(main())
