"""Golden cases: texts of which a pack says what its policies must say, so that it can be seen whether they do here.

One JSON object a line: `{"policy": ID, "text": TEXT, "match": true|false}`. Invariants: every policy of a pack has a
case that must match and one that must not, since without either nothing tells an all-match or a none-match policy; no
case stands there twice or with both answers.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from guardian.journal.strict_json import check_keys, read_object
from guardian.packs.base import GOLDEN, MOST_FILE_BYTES, MOST_GOLDEN_CASES, decoded, refused
from guardian.policy.problem import quoted

_KEYS: Final = ("policy", "text", "match")
_LONGEST_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One text, and whether a policy must match it."""

    policy: str
    """Its id in the pack."""
    text: str
    match: bool

    def to_line(self) -> str:
        """The case as it stands in the file."""
        return json.dumps({"policy": self.policy, "text": self.text, "match": self.match}, ensure_ascii=True) + "\n"


def parse_golden(data: bytes, policies: Collection[str], where: str = GOLDEN) -> tuple[GoldenCase, ...]:
    """The cases in a file's bytes, in order; `policies` are the ids of the pack. Raises PackError with the line."""
    cases: dict[tuple[str, str], GoldenCase] = {}
    for number, line in enumerate(decoded(where, data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = _case(line)
        except ValueError as error:
            raise refused(f"{where}:{number}:1", str(error)) from None
        if case.policy not in policies:
            raise refused(f"{where}:{number}:1", f"the pack has no policy {quoted(case.policy)}")
        if (case.policy, case.text) in cases:
            raise refused(f"{where}:{number}:1", "the same text stands there twice for this policy")
        if len(cases) == MOST_GOLDEN_CASES:
            raise refused(f"{where}:{number}:1", f"the pack has more than {MOST_GOLDEN_CASES:,} golden cases")
        cases[case.policy, case.text] = case
    _check_both_sides(cases.values(), policies, where)
    return tuple(cases.values())


def _case(line: str) -> GoldenCase:
    row = check_keys(read_object(line, most_bytes=MOST_FILE_BYTES, most_depth=1), _KEYS, "the case")
    policy, text, match = (row[key] for key in _KEYS)
    if not isinstance(policy, str) or not isinstance(match, bool):
        raise ValueError('"policy" must be an id, and "match" true or false')
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_CHARACTERS:
        raise ValueError(f'"text" must be a text of at most {_LONGEST_CHARACTERS:,} characters')
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError('"text" holds half a character (a lone surrogate)') from None
    return GoldenCase(policy, text, match)


def _check_both_sides(cases: Iterable[GoldenCase], policies: Collection[str], where: str) -> None:
    sides = {(case.policy, case.match) for case in cases}
    for policy in sorted(policies):
        for side, words in ((True, "that must match"), (False, "that must not match")):
            if (policy, side) not in sides:
                raise refused(where, f"{quoted(policy)} has no case {words}")
