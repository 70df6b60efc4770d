"""Puts policies, model and example inbox into the wheel; an editable install reads them where they are."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {
    "policies": "policies",
    "models/guardian-mini-2.gguf": "models/guardian-mini-2.gguf",
    "models/reference-bank.npz": "models/reference-bank.npz",
    "models/adapt-check.npz": "models/adapt-check.npz",
    "models/manifest.toml": "models/manifest.toml",
    "models/MODEL_CARD.md": "models/MODEL_CARD.md",
    "examples/inbox": "examples/inbox",
}
"""Where it lies in a checkout, and where below `guardian/_shipped` in a wheel (`guardian/paths.py` looks there)."""


class ShippedData(BuildHookInterface[Any]):
    """Adds `SHIPPED` to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds; `version` is `standard` or `editable`."""
        if version == "standard":
            for here, there in SHIPPED.items():
                build_data["force_include"][here] = f"guardian/_shipped/{there}"
