"""Who wrote the policies that their owner did not: a pack, or Guardian.

Invariant: only ids are compared, so a starter policy that its owner rewrote still came with Guardian.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from guardian.errors import PolicyError
from guardian.packs.installed import read_installed
from guardian.packs.pack import installed_id
from guardian.policy.load import load_policies
from guardian.settings import Settings

STARTER: Final = "Guardian"


def origins(settings: Settings) -> Mapping[str, str]:
    """By policy id: `Guardian` for a starter policy, `pack NAME VERSION` for one that a pack brought.

    A record of packs that can't be read counts as none here: whoever shows packs tells what is wrong with it.
    """
    found: dict[str, str] = {}
    with suppress(PolicyError):
        found |= {policy.id: STARTER for policy in load_policies(settings.paths.shipped_policies).policies}
    with suppress(PolicyError):
        for pack in read_installed(settings.paths.config).values():
            if not pack.is_removed:
                words = f"pack {pack.name} {pack.version}"
                found |= {installed_id(pack.name, policy_id): words for policy_id in pack.policies}
    return found
