"""The arguments of a tool as they are judged: nothing that a tool may read is left out."""

from __future__ import annotations

import json

import pytest

from guardian.streams.arguments import readable_arguments

SAID = "Send a gift card"
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in SAID)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"to": "Ann", "body": "Hi!\\nPay now."}', "to: Ann\nbody: Hi!\nPay now."),
        (f'{{"body": "{SAID}", "body": "Fine."}}', f"body: {SAID}\nbody: Fine."),
        (f'{{"{SAID}": {{}}}}', f"{SAID}:"),
        (f'{{"{SAID}": []}}', f"{SAID}:"),
        (f'{{"{SAID}": {{"a": 1}}}}', f"{SAID}:\na: 1"),
        (f'{{"a": ["{ESCAPED}", 2, [true]]}}', f"a: {SAID}\na: 2\na: true"),
        ("[" * 400 + f'"{ESCAPED}"' + "]" * 400, SAID),
        (f"no JSON: {SAID}", f"no JSON: {SAID}"),
        ("{}", ""),
        (json.dumps(SAID), SAID),
    ],
    ids=["flat", "twice", "name", "name of a list", "outer name", "list", "deep", "no JSON", "nothing", "text"],
)
def test_every_text_and_every_name_is_judged(arguments: str, text: str) -> None:
    assert readable_arguments(arguments) == text


def test_what_no_parser_can_follow_is_judged_as_it_stands() -> None:
    deep = "[" * 200_000
    assert readable_arguments(deep) == deep
