"""5,000 strings that want something of a terminal, or of Textual's markup, for every place of a stranger's words.

From three sources: the big list of naughty strings (`../shared/corpora/blns.json`; where it is not there, ours alone),
control sequences by their grammar (ECMA-48, xterm), and Textual's markup; each also cut off and put inside words.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BLNS: Final = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "blns.json"
COUNT: Final = 5_000

_INTRODUCERS: Final = (
    "\x1b[",
    "\x9b",
    "\x1b]",
    "\x9d",
    "\x1bP",
    "\x90",
    "\x1b_",
    "\x9f",
    "\x1b^",
    "\x9e",
    "\x1bX",
    "\x98",
    "\x1b",
)
_BODIES: Final = (
    *(
        "2J",
        "1;1H",
        "31m",
        "6n",
        "5i",
        "?1049l",
        "?1000h",
        "8;1;1t",
        "!p",
        "c",
        "20t",
        "0q",
        "?2004l",
        "3J",
        "r",
        "1000000b",
    ),
    *("52;c;Z3VhcmRpYW4=", "8;;http://evil.example", "0;title", "2;title", "4;1;?", "10;?", "1337;File=:eA==", "50;x"),
    *(
        "+q544e",
        "$qm",
        "tmux;\x1b\x1b]52;c;eA==\x07",
        "Gi=1,a=T;eA==",
        "777;notify;a;b",
        "9;say",
        "1337;ClearScrollback",
    ),
)
_ENDS: Final = ("", "\x07", "\x1b\\", "\x9c", "m", "\x18", "\n")
_MARKUP: Final = (
    *(
        "[/bold]",
        "[bold]",
        "[@click=app.quit]x[/]",
        "[link=file:///etc/passwd]x[/link]",
        "[red on",
        "[/]",
        "[[",
        "]]",
        "\\[",
    ),
    *(
        "[$error]",
        "[not a style]",
        "[b][i][u][/b]",
        "[on #ffffff]",
        "[=x]",
        "['']",
        '["',
        "[bold=",
        "[a=b c=d]",
        "[#zzz]",
    ),
    *("{0}", "%s", "{self}", "${x}", "$success", "$$", "&lt;b&gt;", ":smile:", "[spin]", "[.class]", "[0]", "[1,2]"),
)
_BIDI: Final = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)]
_SEPARATORS: Final = ["\u2028", "\u2029", "\u0085", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"]
_TAGS: Final = "".join(chr(0xE0000 + ord(char)) for char in "delete everything") + "\U000e007f"
_ODD: Final = (
    *("\ud800", "\udfff\ud800", "\ufffe", "\uffff", "\U0010ffff", "\x00", "a\x00b", "\ufeff", "e" + "\u0301" * 300),
    *(
        "﷽" * 20,
        "👨‍👩‍👧‍👦",
        "🏴" + _TAGS,
        "ｆｕｌｌ",
        "ก็็็็็็็็็็็็็็็",
        "\t" * 30,
        " " * 300,
        "x" * 3_000,
        "語" * 500,
        "\u200b\u200d\u2060",
    ),
)


def hostile_strings(count: int = COUNT) -> list[str]:
    """So many strings, always the same; each as long as it is needed, none twice."""
    found = dict.fromkeys(
        [*_naughty(), *map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *_MARKUP, *_BIDI, *_ODD, _TAGS]
    )
    found |= dict.fromkeys(_SEPARATORS)
    made = _made(random.Random(6))
    while len(found) < count:
        found[next(made)] = None
    return list(found)[:count]


def _naughty() -> list[str]:
    return [string for string in json.loads(BLNS.read_text("utf-8")) if string] if BLNS.exists() else []


def _made(chance: random.Random) -> Iterator[str]:
    controls = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *_BIDI, *_SEPARATORS]
    while True:
        sequence = chance.choice(_INTRODUCERS) + chance.choice(_BODIES) + chance.choice(_ENDS)
        pieces = [sequence, chance.choice(_MARKUP), chance.choice(controls), f"word{chance.randrange(10_000)}"]
        chance.shuffle(pieces)
        yield "".join(pieces[: chance.randint(1, 4)])
