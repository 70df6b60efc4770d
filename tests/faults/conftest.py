"""What the fault tests share: the table at their end, and a home for every fault."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from fault_forks import NO_KEYRING, start_server
from fault_table import FaultTable

_TABLE = pytest.StashKey[FaultTable]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TABLE] = FaultTable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[_TABLE].lines()
    if lines:
        terminalreporter.section("faults")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def fault_table(request: pytest.FixtureRequest) -> FaultTable:
    """`fault_table.add(...)` puts a row into the table that is printed when all tests are done."""
    return request.config.stash[_TABLE]


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[[], Path]:
    """A fresh GUARDIAN_HOME with every call."""
    numbers = count()
    return lambda: tmp_path / f"home-{next(numbers)}"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys go into files, here and in every program that is started."""
    monkeypatch.setenv(*NO_KEYRING)


@pytest.fixture(autouse=True, scope="session")
def fork_server() -> None:
    """Children of the fault tests start in milliseconds."""
    start_server()
