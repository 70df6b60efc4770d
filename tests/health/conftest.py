"""Real journals and a real gate for the register's tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))  # real journals: `journal_rig`

import pytest
from journal_rig import settings_in

from guardian.assembly import Assembled, assembled
from guardian.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a home of this test's own."""
    return settings_in(tmp_path / "home")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembled]:
    """A gate with the shipped model."""
    home = tmp_path_factory.mktemp("gate")
    env = {"GUARDIAN_HOME": str(home), "GUARDIAN_MODEL_THREADS": "1"}
    with assembled(load_settings(env, {})) as opened:
        yield opened
