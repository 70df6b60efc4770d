"""What the figures were measured on: without it they say nothing."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

from benchmarks.texts import MESSAGE_100_TOKENS, Text
from benchmarks.workplace import Workplace

_CPU_INFO = Path("/proc/cpuinfo")
_FEATURES = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "neon", "asimd", "sve")
"""Instructions that decide how fast llama.cpp is."""


def describe(bench: Workplace) -> dict[str, str]:
    """Lines of the table's head, by name. Opens a gate to learn how strong the wall is here."""
    manifest = bench.manifest
    with bench.gate(policies_dir=bench.policies(0)) as gate:
        verdict = gate.screen(Text(MESSAGE_100_TOKENS).message()).verdict
    return {
        "measured": f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        "processor": f"{_cpu_name()}, {_cores()} usable cores, {platform.machine()} {' '.join(_features())}".rstrip(),
        "load": _load(),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "llama.cpp": f"llama-cpp-python {_version('llama-cpp-python')}, {bench.threads} threads",
        "model": f"{verdict.model_name}, sha256 {verdict.model_sha256[:16]}, weights {manifest.weights}",
        "wall": verdict.wall,
    }


def busy_words() -> str:
    """A warning where others are using the machine, else nothing."""
    load = os.getloadavg()[0]
    return f"other work is running (load {load:.1f}): the figures are too high" if load > 0.7 * _cores() else ""


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> str:
    return ", ".join(f"{value:.2f}" for value in os.getloadavg()) + " (1, 5, 15 minutes), before anything was measured"


def _cpu_info(*keys: str) -> str:
    try:
        lines = _CPU_INFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(keys)), "")


def _cpu_name() -> str:
    return _cpu_info("model name", "Model") or platform.processor() or "unknown processor"


def _features() -> list[str]:
    has = set(_cpu_info("flags", "Features").split())
    return [feature for feature in _FEATURES if feature in has]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(unknown version)"
