"""A real service, on the real model, for every test of a module."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "service"))  # real services: `service_rig`

from service_rig import served
from watch_rig import Service, settings_of

from guardian.events import ignore
from guardian.service.house import House


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = settings_of(tmp_path_factory.mktemp("service"))
    with (
        House(settings.paths, lambda: settings, ignore) as house,
        served(settings.paths.runtime, house.current),
    ):
        yield Service(settings)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Waits are short: what is tried again is tried again at once."""
    from guardian.watching import asking, retries, watcher

    monkeypatch.setattr(asking, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(retries, "FIRST_WAIT_S", 0.0)
    monkeypatch.setattr(watcher, "UNSETTLED_S", 0.05)
    return lambda: None
