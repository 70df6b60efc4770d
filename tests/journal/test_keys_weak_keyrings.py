"""A keyring gets the key only if it is known to be good, answers in time, and gives back what it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, kwallet, null
from keyring_backends_for_tests import (
    Altering,
    EncryptedFile,
    Forgetful,
    Hanging,
    PlaintextFile,
    Talkative,
    ThirdParty,
)

from guardian.journal.keys import KeyLockedError, KeyPlace, KeyPlaceError
from guardian.journal.places.choose import choose_place
from guardian.journal.places.keyring_place import KeyringPlace, probe_keyring
from guardian.journal.secret import Secret

NAME = bytes(range(16))
LONG_S = 60.0
"""For calls that answer at once."""
SHORT_S = 0.3
"""For calls that never answer."""


@pytest.fixture(autouse=True)
def keyring_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """keyring remembers its back-end for the life of a process; here each test begins without."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    found = vars(keyring.backend.get_all_keyring)
    found.pop("saved_result", None)
    yield
    found.pop("saved_result", None)


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Lets hanging threads go when the test is over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Callable[[type[KeyringBackend]], KeyringBackend]:
    """Puts a class where keyring has its back-end for KWallet, so that it passes for a listed one."""

    def make(kind: type[KeyringBackend]) -> KeyringBackend:
        wallet: type[KeyringBackend] = type("DBusKeyring", (kind,), {"__module__": kwallet.__name__})
        monkeypatch.setattr(kwallet, "DBusKeyring", wallet)
        return wallet()

    return make


@pytest.mark.parametrize(
    ("make", "because"),
    [
        (fail.Keyring, "no keyring works here"),
        (null.Keyring, "no keyring works here"),
        (chainer.ChainerBackend, "the keyring keyring.backends.chainer.ChainerBackend would use keyring_backends_for_"),
        (PlaintextFile, "keyring_backends_for_tests.PlaintextFile is not one that guardian trusts"),
        (EncryptedFile, "keyring_backends_for_tests.EncryptedFile is not one that guardian trusts"),
        (ThirdParty, "keyring_backends_for_tests.ThirdParty is not one that guardian trusts"),
    ],
)
def test_a_weak_keyring_is_refused_by_its_class_with_a_way_on(
    make: Callable[[], KeyringBackend], because: str, tmp_path: Path
) -> None:
    PlaintextFile.folder = tmp_path
    keyring.set_keyring(make())
    assert_refused(because, LONG_S)
    assert choose_place(tmp_path / "config", timeout_s=LONG_S).kind is KeyPlace.FILE
    assert list(tmp_path.iterdir()) == [], "it was asked before it was refused"


@pytest.mark.parametrize(
    ("kind", "because", "timeout_s"),
    [
        (Forgetful, "stores nothing", LONG_S),
        (Altering, "gives back something else than it was given", LONG_S),
        (Hanging, "did not answer within 0.3 s", SHORT_S),
        (Talkative, "the keyring failed (PasswordSetError)", LONG_S),
    ],
)
def test_a_listed_keyring_is_refused_where_it_does_not_keep_what_it_is_given(
    kind: type[KeyringBackend],
    because: str,
    timeout_s: float,
    listed: Callable[[type[KeyringBackend]], KeyringBackend],
    released: threading.Event,
    tmp_path: Path,
) -> None:
    Hanging.released = released
    keyring.set_keyring(listed(kind))
    assert_refused(because, timeout_s)
    assert choose_place(tmp_path, timeout_s=timeout_s).kind is KeyPlace.FILE


def test_the_same_road_accepts_a_listed_keyring_that_works(
    listed: Callable[[type[KeyringBackend]], KeyringBackend], tmp_path: Path
) -> None:
    wallet = listed(ThirdParty)
    keyring.set_keyring(wallet)
    probe = probe_keyring(LONG_S)
    assert (probe.ok, probe.say) == (True, "the keyring works (KWallet)")
    assert wallet.kept == {}, "the probe left its value behind"  # type: ignore[attr-defined]
    assert choose_place(tmp_path, timeout_s=LONG_S).kind is KeyPlace.KEYRING


def test_a_chain_of_listed_keyrings_is_as_good_as_they_are(
    listed: Callable[[type[KeyringBackend]], KeyringBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet = listed(ThirdParty)
    monkeypatch.setattr(KeyringBackend, "_classes", {type(wallet), fail.Keyring, null.Keyring, chainer.ChainerBackend})
    keyring.set_keyring(chainer.ChainerBackend())  # type: ignore[no-untyped-call]
    assert probe_keyring(LONG_S).ok


def test_a_subclass_of_a_listed_keyring_is_a_stranger() -> None:
    keyring.set_keyring(type("DBusKeyring", (ThirdParty,), {"__module__": kwallet.__name__})())
    assert_refused("the keyring keyring.backends.kwallet.DBusKeyring is not one that guardian trusts", LONG_S)


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("keyring.backends.null.Keyring", "no keyring works here"),
        ("keyring_backends_for_tests.ThirdParty", "is not one that guardian trusts"),
        ("no_such_module.Keyring", "cannot be loaded"),
    ],
)
def test_an_environment_variable_does_not_widen_the_list(
    name: str, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    assert_refused(because, LONG_S)


def test_what_a_keyring_says_when_it_fails_is_not_repeated(
    listed: Callable[[type[KeyringBackend]], KeyringBackend],
) -> None:
    keyring.set_keyring(listed(Talkative))
    canary = b"canary-of-a-key-in-32-bytes-long"
    with pytest.raises(KeyPlaceError) as raised:
        KeyringPlace(LONG_S).save_key(NAME, Secret(canary))
    error: BaseException | None = raised.value
    while error is not None:
        assert "Y2FuYXJ5" not in f"{error!r} {error}", "the key in base64"
        error = error.__cause__ or error.__context__


def test_a_keyring_that_alters_a_key_does_not_get_away_with_it(
    listed: Callable[[type[KeyringBackend]], KeyringBackend],
) -> None:
    keyring.set_keyring(listed(Altering))
    with pytest.raises(KeyPlaceError, match="gave back something else"):
        KeyringPlace(LONG_S).save_key(NAME, Secret.fresh())


def test_without_a_keyring_a_key_that_is_in_one_counts_as_locked_not_as_lost() -> None:
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(KeyLockedError, match="no keyring works here"):
        KeyringPlace(LONG_S).load_key(NAME)
    assert KeyringPlace(LONG_S).say() == "key: keyring (not to be reached from here)"


def assert_refused(because: str, timeout_s: float) -> None:
    """The probe says no, why, and how to go on without a desktop, in one line."""
    probe = probe_keyring(timeout_s)
    assert not probe.ok
    assert because in probe.say
    assert "guardian key move passphrase" in probe.say
    assert "\n" not in probe.say
