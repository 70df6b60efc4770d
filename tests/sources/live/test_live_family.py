"""What every kind of live source promises."""

from __future__ import annotations

import pytest

from guardian.sources.live.base import Source
from guardian.sources.live.registry import load_kinds

KINDS = load_kinds()


def test_the_kinds_of_the_files_of_a_machine_are_there() -> None:
    assert {"maildir", "mbox", "folder"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_says_what_it_is(kind: type[Source]) -> None:
    assert kind.kind.replace("-", "").isalnum()
    assert kind.kind == kind.kind.lower()
    assert kind.does
    assert kind.does[0].islower()
    assert not kind.does.endswith(".")
    assert kind.prefix in ("mail", "chat", "folder")
    assert kind.place_key in kind.Table.model_fields


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_key_of_a_table_is_explained(kind: type[Source]) -> None:
    assert kind.Table.__doc__
    assert kind.Table.model_config["extra"] == "forbid"
