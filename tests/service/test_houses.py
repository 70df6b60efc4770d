"""Two configurations of one user that share a runtime folder: neither is judged by the other's policies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_rig import LONGEST_S, ORDINARY, furnish, wait_until

from guardian.service.client import ServiceClient
from guardian.service.errors import RefusalCode, ServiceRefusedError

OWN_PLACES = ("CONFIG", "DATA", "STATE", "CACHE")
STRICT = """
id = "no-lunch"
title = "No lunch"
why = "a policy of one configuration alone"
since = 2026-11-22
channels = ["incoming"]
severity = "low"
action = "warn"
status = "active"
prose = "Flag meetings."

[match]
patterns = ["the meeting is moved"]
"""


def environment(base: Path, who: str) -> dict[str, str]:
    """Of a configuration of its own, in the runtime folder of all."""
    own = {f"XDG_{name}_HOME": str(base / who / name.lower()) for name in OWN_PLACES}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUARDIAN_")}
    return {**kept, **own, "XDG_RUNTIME_DIR": str(base / "run"), "HOME": str(base)}


def guardian(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "guardian", *words],
        input=ORDINARY,
        env=env,
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A service of the configuration `first`."""
    base = tmp_path_factory.mktemp("houses")
    (base / "run").mkdir(mode=0o700)
    for who in ("first", "second"):
        furnish(base / who / "furnished")
        (base / who / "config").mkdir(parents=True)
        (base / who / "furnished" / "config").rename(base / who / "config" / "guardian")
    (base / "second" / "config" / "guardian" / "policies" / "no-lunch.toml").write_text(STRICT)
    process = subprocess.Popen(
        [sys.executable, "-m", "guardian", "serve"],
        env=environment(base, "first"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: process.poll() is not None or (base / "run" / "guardian" / "guardian.sock").exists())
        yield base
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(LONGEST_S)


def test_a_filter_is_judged_by_its_own_policies_whoever_answers(base: Path) -> None:
    first, second = (guardian(environment(base, who), "filter", "--verbose") for who in ("first", "second"))
    assert b"judged by the warm service" in first.stderr
    assert b"judged without the warm service: the service that runs has another configuration" in second.stderr
    assert (first.returncode, second.returncode) == (0, 1)
    assert first.stdout == second.stdout == ORDINARY
    assert b"No lunch" in second.stderr


def test_a_link_to_the_same_folders_is_the_same_house(base: Path) -> None:
    (base / "third").symlink_to(base / "first")
    assert b"judged by the warm service" in guardian(environment(base, "third"), "filter", "--verbose").stderr


def test_a_client_of_another_house_is_refused_before_anything_is_judged(base: Path) -> None:
    from guardian.message import Message

    path = base / "run" / "guardian" / "guardian.sock"
    with ServiceClient(path, house=("/elsewhere", "/x", "/y")) as client:
        before = client.status()
        with pytest.raises(ServiceRefusedError) as refused:
            client.screen(Message(ORDINARY))
        assert refused.value.code is RefusalCode.OTHER_HOUSE
        assert client.status()["questions"] == before["questions"]
    assert before["house"] == [str(base / "first" / name / "guardian") for name in ("config", "data", "state")]
