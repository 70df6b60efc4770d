"""What cannot be: the model's outputs whose tactic needs something that this message does not have.

Invariants: only structure counts (is there an address at all, who speaks), never wording; a score is set to 0 for
findings and policies alone, and stands unchanged in the verdict's `scores`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from guardian.message import Channel, Message
from guardian.reading.base import Reading
from guardian.tactics import group_of

_ADDRESS = re.compile(r"(?i)[a-z]:/|www\.|\w\.[a-z]{2}")
"""Anything that could be a link: a scheme, or two words joined by a dot."""
_LINK = "deceptive_link"
_ASSISTANT = "ai_to_human"


def possible_scores(scores: Mapping[str, float], message: Message, reading: Reading) -> dict[str, float]:
    """`scores` with 0 for a deceptive link in a message without any address, and for what an AI does to its human in a
    message that no AI wrote."""
    has_address = bool(reading.links) or any(_ADDRESS.search(view.text) for view in reading.views)
    return {
        label: 0.0
        if (label == _LINK and not has_address)
        or (message.channel is not Channel.AI_OUTPUT and group_of(label) == _ASSISTANT)
        else score
        for label, score in scores.items()
    }
