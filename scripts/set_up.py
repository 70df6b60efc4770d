"""Sets up `.venv` from a bare clone: run by every `make` target, does nothing when all is in place.

Invariants: standard library only (it runs on the system's Python, before anything is installed); llama-cpp-python is
compiled once for this kind of processor and its wheel is kept in the cache directory, so that a second clone takes
seconds; beside it, for the tests, the vocabularies of real models that its sources bring along; what is going on is
said on one line.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LLAMA = "llama-cpp-python==0.3.36"
EXTRAS = ("clipboard", "mail", "notify", "proxy")
"""A checkout has all of Guardian's extras: their tests are part of the tests."""
HOOK = ROOT / "scripts" / "llama_build.cmake"
CMAKE_OPTIONS = (
    f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={HOOK}",
    "-DLLAVA_BUILD=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_TOOLS=OFF",
    "-DLLAMA_BUILD_SERVER=OFF",
    "-DGGML_NATIVE=ON",
    "-DGGML_OPENMP=ON",
)
_MODELS_IN_SOURCES = "/vendor/llama.cpp/models/"
STEP = re.compile(r"\[(\d+)/(\d+)\]")


def main() -> int:
    """Set up for the dependency groups named on the command line (default: dev)."""
    groups = sys.argv[1:] or ["dev"]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs on whatever Python the machine has
        return fail(f"python 3.11 or newer is needed, this is {platform.python_version()}")
    stamp = VENV / f".ready-{_fingerprint(groups)}"
    if not stamp.exists():
        install(groups)
        stamp.touch()
    if "dev" in groups:
        keep_vocabularies()  # in the cache directory, which may be another's than when the rest was installed
    return 0


def install(groups: list[str]) -> None:
    """Put Guardian and what these groups need into `.venv`, which is made where there is none."""
    began = time.monotonic()
    if not (VENV / "bin" / "python").exists():
        say("making .venv")
        venv.create(VENV, with_pip=True)
    pip("install", "--upgrade", "pip>=25.1")  # dependency groups need it
    wheel = llama_wheel()
    say("installing guardian and what it needs")
    pip("install", "--no-deps", "--no-index", str(wheel))
    pip(
        "install",
        "--editable",
        f"{ROOT}[{','.join(EXTRAS)}]",
        *(part for group in groups for part in ("--group", f"{ROOT}/pyproject.toml:{group}")),
    )
    say(f"ready after {time.monotonic() - began:.0f} s")


def llama_wheel() -> Path:
    """The wheel of llama-cpp-python for this processor, from the cache or compiled now."""
    cache = _cache("wheels") / _llama_key()
    found = sorted(cache.glob("*.whl"))
    if found:
        return found[0]
    if not any(shutil.which(compiler) for compiler in ("c++", "g++", "clang++")):
        raise SystemExit(fail("a C++ compiler is needed to build llama.cpp (Debian: apt-get install g++)"))
    partial = cache.with_name(cache.name + f".{os.getpid()}")
    say("compiling llama.cpp for this processor, once: 2 to 5 minutes on two cores")
    environment = os.environ | {
        "CMAKE_ARGS": " ".join(CMAKE_OPTIONS),
        "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 1),
        "SKBUILD_CMAKE_BUILD_TYPE": "Release",
    }
    command = [*PIP, "wheel", "-v", "--no-deps", "--no-binary", "llama-cpp-python", "-w", str(partial), LLAMA]
    watch(command, environment)
    cache.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # another set-up was quicker
        partial.rename(cache)
    shutil.rmtree(partial, ignore_errors=True)
    return sorted(cache.glob("*.whl"))[0]


def keep_vocabularies() -> None:
    """Keep the vocabularies and chat templates of real models, out of llama-cpp-python's sources: tests show each of
    them what a message may say."""
    kept = _cache("vocabularies") / LLAMA.partition("==")[2]
    if kept.exists():
        return
    say("fetching the vocabularies of real models, for the tests")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".") as folder:  # on the same disk, for the last step
        pip("download", "--no-deps", "--no-binary", "llama-cpp-python", "-d", folder, LLAMA)
        partial = Path(folder) / "models"
        partial.mkdir()
        try:
            for sources in Path(folder).glob("*.tar.gz"):
                _unpack_models(sources, partial)
            partial.rename(kept)
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            if not kept.exists():  # else another set-up was quicker
                raise SystemExit(fail(f"the sources of {LLAMA} cannot be unpacked: {error}")) from error


def _unpack_models(sources: Path, folder: Path) -> None:
    """Put what the sources have of models into a folder, side by side."""
    with tarfile.open(sources, "r:gz") as archive:
        for member in archive:
            _, found, name = member.name.partition(_MODELS_IN_SOURCES)
            if found and member.isfile() and (content := archive.extractfile(member)):
                (folder / Path(name).name).write_bytes(content.read())


def _cache(name: str) -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guardian" / name


PIP = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]


def pip(*arguments: str) -> None:
    """Run pip quietly; on failure show what it said and stop."""
    done = subprocess.run([*PIP, "-q", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(fail(f"pip {arguments[0]} failed:\n{done.stderr[-3000:]}"))


def watch(command: list[str], environment: dict[str, str]) -> None:
    """Run a build, showing how far it is; on failure show its last lines and stop."""
    last: list[str] = []
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        last = [*last[-30:], line]
        step = STEP.search(line[:40])
        if step and sys.stderr.isatty():
            print(
                f"\r  {step[1]}/{step[2]} files, {time.monotonic() - began:.0f} s ", end="", file=sys.stderr, flush=True
            )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if process.wait() != 0:
        raise SystemExit(fail(f"building {LLAMA} failed:\n{''.join(last)[-3000:]}"))


def _llama_key() -> str:
    """What a compiled wheel depends on: version, options, build hook, Python and processor features."""
    cpu = next((line for line in _cpuinfo() if line.startswith(("flags", "Features"))), platform.machine())
    options = [option for option in CMAKE_OPTIONS if str(HOOK) not in option]
    parts = [LLAMA, *options, HOOK.read_text(), platform.machine(), " ".join(sorted(cpu.split()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def _fingerprint(groups: list[str]) -> str:
    content = (ROOT / "pyproject.toml").read_bytes() + Path(__file__).read_bytes() + " ".join(groups).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def say(words: str) -> None:
    """One line of narration."""
    print(f"set-up: {words}", file=sys.stderr, flush=True)


def fail(words: str) -> int:
    """One line of trouble; the exit code."""
    print(f"set-up: {words}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
