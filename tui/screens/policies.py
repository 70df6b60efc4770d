"""The Policies screen."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from tui.screens.base import GuardianScreen


class PoliciesScreen(GuardianScreen):
    """Being built."""

    name_in_bar = "Policies"

    def body(self) -> Iterable[Widget]:
        """Nothing yet."""
        yield Static("being built", markup=False)
