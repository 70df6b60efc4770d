"""Write guardian/reading/decoding/letter_pairs.py: how often one letter follows another in English, by our corpus.

    python scripts/letter_pairs.py          # write the table
    python scripts/letter_pairs.py --check  # exit 1 where it is not what the corpus gives

Invariant: the same corpus gives the same file, byte for byte.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TABLE: Final = ROOT / "guardian/reading/decoding/letter_pairs.py"
LETTERS: Final = " abcdefghijklmnopqrstuvwxyz"
STEPS: Final = 4
"""Steps of the table in one bit."""
LOWEST: Final = -7.0
"""Bits below which a pair is not told apart: it hardly ever stands in English."""

_HEAD: Final = '''"""How much likelier one letter follows another in English than in letters drawn by lot; our count.

Written by scripts/letter_pairs.py from the English texts of models/training/corpus (ours, CC BY 4.0): edit that.
"""

from __future__ import annotations

from typing import Final

LETTERS: Final = " abcdefghijklmnopqrstuvwxyz"
"""The order of rows and columns; a space stands for everything between two words."""
STEPS: Final = 4
"""Steps in one bit."""
LOWEST: Final = -7.0
"""Bits that `!` stands for; each character after it in ASCII stands for one step more."""
'''


def main() -> int:
    """Write the table, or compare it."""
    written = table(corpus_texts())
    if sys.argv[1:] == ["--check"]:
        return int(TABLE.read_text(encoding="utf-8") != written)
    TABLE.write_text(written, encoding="utf-8")
    return 0


def corpus_texts() -> list[str]:
    """The English texts of the corpus."""
    files = sorted((ROOT / "models/training/corpus").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["language"] == "en"]


def table(texts: list[str]) -> str:
    """The module's source: one row a first letter, one character a second letter."""
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = " " + re.sub("[^a-z]+", " ", text.lower()) + " "
        pairs.update(itertools.pairwise(words))
    rows = []
    for first in LETTERS:
        total = sum(pairs[first, second] for second in LETTERS) + len(LETTERS) / 10
        bits = [math.log2((pairs[first, second] + 0.1) / total * len(LETTERS)) for second in LETTERS]
        rows.append("".join(chr(33 + round((max(value, LOWEST) - LOWEST) * STEPS)) for value in bits))
    quoted = (repr(row) if row.count('"') > row.count("'") else json.dumps(row) for row in rows)
    lines = "\n".join(f"    {row}," for row in quoted)
    told = '"""One row for each first letter, one character for each second letter."""'
    return f"{_HEAD}ROWS: Final = (\n{lines}\n)\n{told}\n"


if __name__ == "__main__":
    raise SystemExit(main())
