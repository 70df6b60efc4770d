"""What a pack's policy becomes in its owner's folder: what its tier may not set is left out, and that is told.

The rule. A pack may say what to look for: title, why, since, review_by, prose, tactics, patterns, examples, severity.
A trusted key's pack may also set thresholds and rarity, and may warn. Any other may give notices, with the measured
thresholds. Their reason is told as theirs. Neither may set senders, hours, conversation, mutes or whether texts are
kept: those are left out, whatever they are called, since everything that is not on the list is. Only a pack of the
owner's own comes in as it stands.

Invariants: the list says what may come in, so that a key which a later Guardian knows stays out until it is put
there; the text is written anew, without the author's comments, and without characters that could make it look like
something else; what was written reads back as the policy that was meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardian.message import Channel
from guardian.packs.base import Tier, refused
from guardian.packs.pack import Pack, PackedPolicy, installed_id
from guardian.policy.base import Policy, Status
from guardian.policy.load import SUFFIX, parse_policy
from guardian.safe_text import safe_text
from guardian.verdict import Action

CONTENT: Final = ("title", "why", "since", "prose", "match.tactics", "match.patterns", "examples")
"""What makes a policy say what it says: the pack's in every tier."""
_MAY_SET: Final[Mapping[Tier, frozenset[str]]] = {
    Tier.IMPORTED: frozenset({*CONTENT, "review_by", "severity"}),
    Tier.TRUSTED: frozenset({*CONTENT, "review_by", "severity", "match.thresholds", "match.rarity"}),
}
_STRONGEST: Final[Mapping[Tier, Action]] = {
    Tier.IMPORTED: Action.NOTICE,
    Tier.TRUSTED: Action.WARN,
    Tier.MINE: Action.HOLD,
}
_ORDER: Final = (
    "id", "title", "why", "since", "review_by", "channels", "severity", "action", "status", "keep_text", "judge",
    "judge_may_soften", "prose",
)  # fmt: skip
_LONGEST_LIST: Final = 80
"""A longer list stands on several lines, so that a diff shows which entry changed."""
_LONGEST_WHY: Final = 2_000
"""As the schema has it. A reason is shown as its owner's own words, so one of somebody else's says whose it is."""
_DECIDED: Final = frozenset({"id", "channels", "action", "status"})
"""What is decided here for every tier."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """One policy as it would stand in the owner's folder."""

    id: str
    file: str
    text: str
    table: Mapping[str, Any]
    policy: Policy
    told: tuple[str, ...]
    """What its author set and its tier may not, one line each."""


def lower(pack: Pack, tier: Tier, channels: Collection[Channel], *, is_active: bool) -> Mapping[str, Lowered]:
    """The pack's policies as they would stand in the folder, by their id in the pack.

    `channels` are those that the owner agreed to: a policy that looks at none of them is left out. `is_active`: at the
    owner's word they are in force as their author set them; else they are on trial.
    """
    lowered = {}
    for policy_id, packed in pack.policies.items():
        wanted = [channel for channel in packed.policy.channels if channel in channels]
        if wanted:
            lowered[policy_id] = _lower(pack, policy_id, packed, tier, wanted, is_active=is_active)
    return lowered


def strongest(tier: Tier, action: Action) -> Action:
    """`action`, or the strongest that a tier may ask for."""
    ranks = list(Action)
    return min(action, _STRONGEST[tier], key=ranks.index)


def flattened(table: Mapping[str, Any]) -> dict[str, Any]:
    """A policy's table with the keys of `match` beside its own: `match.tactics`, `match.patterns` and so on."""
    flat = {key: value for key, value in table.items() if key != "match"}
    return flat | {f"match.{key}": value for key, value in table.get("match", {}).items()}


def policy_text(flat: Mapping[str, Any], pack: str = "") -> str:
    """The file of a flattened table, said to be from `pack` where one is named.

    Deterministic; every string in it is written so that it shows all that it holds.
    """
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(":schema policy.schema.json"))
    if pack:
        document.add(tomlkit.comment(f"from the pack {pack}: guardian pack show {pack} says whose it is"))
    for key in (*_ORDER, *(key for key in flat if key not in _ORDER and "." not in key)):
        if key in flat and not _is_table(flat[key]):
            document.add(key, _item(flat[key]))
    match = {key.removeprefix("match."): value for key, value in flat.items() if key.startswith("match.")}
    tables = {"match": match} if match else {}
    tables |= {key: value for key, value in flat.items() if "." not in key and _is_table(value)}
    for key, value in tables.items():
        document.add(tomlkit.nl())
        document.add(key, _item(value))
    # tomlkit writes every string as a basic one, in which an escape stands for the character
    text = tomlkit.dumps(document).replace("# :schema", "#:schema", 1)
    return _escaped(text)


def reparsed(text: str, file: str) -> Policy:
    """The policy in a text that was written here. Raises PackError where it is none."""
    policy, problems = parse_policy(text, Path(file))
    if policy is None:
        raise refused(file, f"could not be written: {problems[0].message}")
    return policy


def _lower(
    pack: Pack, policy_id: str, packed: PackedPolicy, tier: Tier, channels: Sequence[Channel], *, is_active: bool
) -> Lowered:
    told = list(_left_out(packed, tier, channels))
    flat = {key: value for key, value in flattened(packed.table).items() if _may_set(key, tier)}
    flat["id"] = installed_id(pack.name, policy_id)
    if tier is not Tier.MINE:
        flat["why"] = f"The pack {pack.name} says: {packed.policy.why}"[:_LONGEST_WHY]
    flat["channels"] = [channel.value for channel in channels]
    flat["action"] = strongest(tier, packed.policy.action).value
    flat["status"] = packed.policy.status.value
    if packed.policy.status is Status.ACTIVE and not is_active:
        flat["status"] = Status.TEST.value
    file = flat["id"] + SUFFIX
    text = policy_text(flat, pack.name)
    return Lowered(flat["id"], file, text, flat, reparsed(text, file), tuple(told))


def _left_out(packed: PackedPolicy, tier: Tier, channels: Sequence[Channel]) -> Iterator[str]:
    policy = packed.policy
    lowered = strongest(tier, policy.action)
    if lowered is not policy.action:
        yield f"asks for {policy.action.value}: lowered to {lowered.value}"
    for channel in policy.channels:
        if channel not in channels:
            yield f"looks at {channel.value}: left out, you did not agree to that"
    for key in flattened(packed.table):
        if not _may_set(key, tier):
            yield f"sets {key}: left out"


def _may_set(key: str, tier: Tier) -> bool:
    return key in _DECIDED or tier is Tier.MINE or key in _MAY_SET[tier]


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(each, Mapping) for each in value))


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, str):
        return tomlkit.string(value, multiline="\n" in value and "\r" not in value)
    if isinstance(value, Mapping):
        table = tomlkit.table()
        for key, each in value.items():
            table.add(key, _item(each))
        return table
    if isinstance(value, list) and _is_table(value):
        tables = tomlkit.aot()
        for each in value:
            tables.append(_item(each))
        return tables
    item = tomlkit.item(value)
    if isinstance(value, list):
        item.multiline(len(value) > 1 and len(item.as_string()) > _LONGEST_LIST)
    return item


def _escaped(text: str) -> str:
    shown = safe_text(text)
    if shown == text:
        return text
    return "".join(char if safe_text(char) == char else f"\\U{ord(char):08X}" for char in text)
