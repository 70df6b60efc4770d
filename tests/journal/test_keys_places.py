"""What every place of the master key promises: the key file, the file under a passphrase, and a real keyring."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring.core
import pytest
from secret_service import lock_collection, need_secret_service, running_secret_service, swallow_prompts

from guardian.errors import JournalError
from guardian.journal.keys import KeyMissingError, KeyPlace, KeyStore
from guardian.journal.places.choose import open_place
from guardian.journal.secret import Secret

NAME, OTHER_NAME = bytes(range(16)), bytes(range(16, 32))
CANARY = b"canary-of-a-key-in-32-bytes-long"
NOTE = "guardian.local/journal/00\n3\nroot\n\n\u2014 guardian.local/journal/00 signature\n"
LONG_S = 60.0
WHILE_ASKING_S = 15.0
"""Less than the 25 s after which the keyring gives its prompt up by itself."""

Open = Callable[[], KeyStore]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One Secret Service for all tests of this file."""
    need_secret_service()
    with running_secret_service(tmp_path_factory.mktemp("secret-service")) as environment:
        yield environment


@pytest.fixture(params=list(KeyPlace))
def open_again(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the place anew, as another run of the program does."""
    if request.param is KeyPlace.KEYRING:
        monkeypatch.setattr(keyring.core, "_keyring_backend", None)
        for name, value in request.getfixturevalue("service").items():
            monkeypatch.setenv(name, value)

    def answer(prompt: str) -> Secret:
        return Secret(b"a passphrase of the owner")

    def make() -> KeyStore:
        return open_place(request.param, tmp_path / "config", ask=answer, timeout_s=LONG_S)

    yield make
    for name in (NAME, OTHER_NAME):  # the service outlives the test
        make().delete_key(name)
        make().delete_anchor(name)


def test_a_saved_key_is_there_in_the_next_run(open_again: Open) -> None:
    key = Secret.fresh()
    open_again().save_key(NAME, key)
    assert open_again().load_key(NAME) == key


def test_a_new_key_replaces_the_old_one(open_again: Open) -> None:
    for _ in range(2):
        key = Secret.fresh()
        open_again().save_key(NAME, key)
    assert open_again().load_key(NAME) == key


def test_keys_of_two_names_do_not_touch_each_other(open_again: Open) -> None:
    one, other = Secret.fresh(), Secret.fresh()
    open_again().save_key(NAME, one)
    open_again().save_key(OTHER_NAME, other)
    open_again().delete_key(OTHER_NAME)
    assert open_again().load_key(NAME) == one


def test_a_key_that_is_not_there_is_missing_not_locked(open_again: Open) -> None:
    with pytest.raises(KeyMissingError) as raised:
        open_again().load_key(NAME)
    assert "guardian key recover" in raised.value.hint


def test_a_deleted_key_is_gone_and_can_be_deleted_again(open_again: Open) -> None:
    open_again().save_key(NAME, Secret.fresh())
    for _ in range(2):
        open_again().delete_key(NAME)
    with pytest.raises(KeyMissingError):
        open_again().load_key(NAME)


def test_an_anchor_is_kept_replaced_and_removed_apart_from_the_key(open_again: Open) -> None:
    assert open_again().load_anchor(NAME) is None
    for note in (NOTE, NOTE.replace("3", "4")):
        open_again().save_anchor(NAME, note)
        assert open_again().load_anchor(NAME) == note
    assert open_again().load_anchor(OTHER_NAME) is None
    open_again().save_key(NAME, Secret.fresh())
    open_again().delete_key(NAME)
    assert open_again().load_anchor(NAME) == NOTE.replace("3", "4")
    for _ in range(2):
        open_again().delete_anchor(NAME)
    assert open_again().load_anchor(NAME) is None


def test_a_place_says_what_it_is_in_one_line(open_again: Open) -> None:
    assert (
        open_again().say()
        == {
            KeyPlace.KEYRING: "key: keyring (Secret Service)",
            KeyPlace.FILE: "key: file (protects copies of the journal, not this disk)",
            KeyPlace.PASSPHRASE: "key: passphrase",
        }[open_again().kind]
    )


def test_a_key_stands_nowhere_but_in_its_place(open_again: Open, tmp_path: Path) -> None:
    place = open_again()
    place.save_key(NAME, Secret(CANARY))
    key = place.load_key(NAME)
    assert "canary" not in f"{place!r} {key!r} {place.say()}"
    with pytest.raises(JournalError) as raised:
        place.load_key(OTHER_NAME)
    assert "Y2FuYXJ5" not in raised.value.line()
    holding = [path.name for path in tmp_path.rglob("*") if path.is_file() and b"Y2FuYXJ5" in path.read_bytes()]
    assert holding == ([f"journal-{NAME.hex()}.key"] if place.kind is KeyPlace.FILE else [])
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY in path.read_bytes()]


def test_files_are_their_owners_alone(open_again: Open, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_again().save_key(NAME, Secret.fresh())
        open_again().save_anchor(NAME, NOTE)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == (set() if open_again().kind is KeyPlace.KEYRING else {0o600})


@pytest.fixture
def keyring_service(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A Secret Service for one test, which may lock it, and the environment to find it in."""
    need_secret_service()
    with running_secret_service(tmp_path / "service") as environment:
        yield environment


def tell(words: str, environment: dict[str, str]) -> str:
    """What an expression about `place`, a keyring that may prompt, comes to in a process of its own: its error's name
    and line where it raises. A process of its own, since keyring leaves a connection open where it meets a lock."""
    program = f"""
import sys
from pathlib import Path
from guardian.errors import GuardianError
from guardian.journal.places.choose import choose_place
from guardian.journal.places.keyring_place import KeyringPlace, probe_keyring
from guardian.journal.secret import Secret
name = bytes(range(16))
try:
    print({words})
except GuardianError as error:
    print(type(error).__name__, error.line())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_new_journal_takes_the_keyring_where_a_secret_service_runs(keyring_service: dict[str, str]) -> None:
    assert tell("choose_place(Path('/nowhere'), timeout_s=60).kind", keyring_service) == "keyring\n"


@pytest.mark.long
def test_a_locked_keyring_is_waited_for_a_limited_time_then_the_file_is_used(keyring_service: dict[str, str]) -> None:
    save_and_lock(keyring_service)
    with swallow_prompts(keyring_service["DBUS_SESSION_BUS_ADDRESS"]):
        kind = "choose_place(Path('/nowhere'), timeout_s=1, may_prompt=True).kind"
        assert tell(kind, keyring_service) == "file\n"
        assert "did not answer within 1 s" in tell("probe_keyring(1).say", keyring_service)
        asked = tell("KeyringPlace(1, may_prompt=True).load_key(name)", keyring_service)
        assert asked.startswith("KeyLockedError the keyring did not answer within 1 s")


@pytest.mark.parametrize(
    "asked",
    ["load_key(name)", "save_key(name, Secret.fresh())", "delete_key(name)", "load_anchor(name)"],
)
def test_where_no_prompt_may_be_put_up_a_locked_keyring_is_left_alone(
    asked: str, keyring_service: dict[str, str]
) -> None:
    save_and_lock(keyring_service)
    with swallow_prompts(keyring_service["DBUS_SESSION_BUS_ADDRESS"]):  # it would not answer, were it asked
        told = tell(f"KeyringPlace({WHILE_ASKING_S}, may_prompt=False).{asked}", keyring_service)
    assert told.startswith("KeyLockedError the keyring is locked")


def test_a_prompt_that_its_owner_turns_away_is_a_locked_key_not_a_lost_one(keyring_service: dict[str, str]) -> None:
    save_and_lock(keyring_service)  # and nothing can put up a prompt on this bus
    told = tell(f"KeyringPlace({LONG_S}, may_prompt=True).load_key(name)", keyring_service)
    assert told.startswith("KeyLockedError the keyring is locked")


def save_and_lock(environment: dict[str, str]) -> None:
    assert tell(f"KeyringPlace({LONG_S}).save_key(name, Secret.fresh())", environment) == "None\n"
    lock_collection(environment["DBUS_SESSION_BUS_ADDRESS"])
