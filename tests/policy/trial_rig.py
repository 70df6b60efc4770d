"""A real bench for the tests that try and explain policies: the shipped model in its cell, in a home of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guardian.message import Channel, Message
from guardian.policy.trying.bench import Bench
from guardian.settings import Settings, load_settings
from guardian.workbench import open_bench

GIFT_CARDS = "Can you buy 4 gift cards for a client and text me the codes? Don't tell the others, it's a surprise."
RENT = "Reminder: the rent for December is due on the first. The account is the same as always. Thank you!"
PARCEL = "The parcel is with the neighbours at number 12, they are at home until six."
NOT_ENGLISH = "请在今天之内把钱汇到这个账户，不要告诉任何人，否则你的账户将被关闭。" * 3
"""Pressure to pay in Chinese, which the model does not read."""


def house(home: Path) -> Settings:
    """Settings with everything under `home`."""
    return load_settings({**os.environ, "GUARDIAN_HOME": str(home)}, {})


@contextmanager
def a_bench(home: Path) -> Iterator[Bench]:
    """A bench whose caches are under `home`."""
    with open_bench(house(home)) as bench:
        yield bench


def a_message(text: str, channel: Channel = Channel.INCOMING, **facts: object) -> Message:
    """A message of plain text."""
    return Message(text.encode("utf-8", "surrogatepass"), channel=channel, **facts)  # type: ignore[arg-type]
