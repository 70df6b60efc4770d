"""Setting one value at the top of a policy file, such as its status, and leaving everything else as its owner wrote it.

Invariants: pure, text in and text out; the new text says what the old one said but for that value, checked by reading
both, or nothing is changed at all.
"""

from __future__ import annotations

import tomllib
from datetime import date

import tomlkit
from tomlkit.exceptions import TOMLKitError

from guardian.errors import PolicyError


def with_value(text: str, key: str, value: str | date) -> str:
    """The text with `key = value` at its top level. The old text is one that `guardian.policy.load` accepts.

    Raises PolicyError where the file's layout does not let it.
    """
    wanted = {**tomllib.loads(text), key: value}
    try:
        document = tomlkit.parse(text)
        document[key] = value
        after = document.as_string()
        if tomllib.loads(after) == wanted:
            return after
    except (TOMLKitError, tomllib.TOMLDecodeError):  # tomlkit is stricter than tomllib in places
        pass
    raise PolicyError(f"the file's layout does not let a command change its {key}", hint="edit it by hand")
