"""What `guardian filter` was asked for: the values of its options, and a quick way to read the usual ones.

Invariants: `plain_words` knows a part of what `guardian.cli_filter` knows, and says the same of it (a test compares
them); what it does not know, or what is wrong, is the whole parser's to read and to refuse. Leaf: standard library
only, and little of that, because a thin client reads its command line with this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

_SWITCHES: Final = {
    "--mail": "mail",
    "--annotate": "annotate",
    "--check": "check",
    "--json": "json",
    "--fail-closed": "fail_closed",
    "--verbose": "verbose",
    "--all-policies": "all_policies",
    "--no-journal": "no_journal",
}
_CHOICES: Final = {"--as": ("channel", ("incoming", "ai")), "--fail-on": ("fail_on", ("notice", "flagged"))}
_ONE_OF: Final = frozenset({"annotate", "check", "json"})


class FilterWords:
    """The options of one run."""

    __slots__ = (
        "all_policies",
        "annotate",
        "channel",
        "check",
        "fail_closed",
        "fail_on",
        "json",
        "judge_timeout",
        "mail",
        "no_journal",
        "policies",
        "threads",
        "verbose",
    )

    def __init__(self, values: Mapping[str, Any]) -> None:
        """What `values` does not have was not asked for."""
        self.channel: str | None = values.get("channel")
        self.mail: bool = values.get("mail", False)
        self.annotate: bool = values.get("annotate", False)
        self.check: bool = values.get("check", False)
        self.json: bool = values.get("json", False)
        self.fail_closed: bool = values.get("fail_closed", False)
        self.verbose: bool = values.get("verbose", False)
        self.all_policies: bool = values.get("all_policies", False)
        self.no_journal: bool = values.get("no_journal", False)
        self.fail_on: str | None = values.get("fail_on")
        self.policies: str | None = values.get("policies")
        self.threads: str | None = values.get("threads")
        self.judge_timeout: str | None = values.get("judge_timeout")

    @classmethod
    def of(cls, args: object) -> Self:
        """The same of what argparse read."""
        return cls(vars(args))


def plain_words(argv: Sequence[str]) -> FilterWords | None:
    """The options behind the first word of `argv`; None where the whole parser has to look at them."""
    values: dict[str, Any] = {}
    words = iter(argv[1:])
    for word in words:
        if word in _SWITCHES:
            values[_SWITCHES[word]] = True
        elif word in _CHOICES:
            name, choices = _CHOICES[word]
            values[name] = next(words, None)
            if values[name] not in choices:
                return None
        else:
            return None
    return FilterWords(values) if len(_ONE_OF.intersection(values)) <= 1 else None
