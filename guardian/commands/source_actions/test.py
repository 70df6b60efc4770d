"""`guardian source test`: whether each source can be watched, and what stands there now. Nothing is marked."""

from __future__ import annotations

import argparse
import sys

from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sources.config import required_sources
from guardian.watching.opening import make_sources


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Test the named sources, or all. USAGE where one is not good. Raises SourcesError."""
    tables = required_sources(settings.paths.sources_file, args.ids)
    if not tables:
        print("no sources yet; guardian source add KIND PATH adds one", file=sys.stderr)
    code = ExitCode.CLEAN
    for source in make_sources(tables, settings, _say):
        try:
            report = source.test()
        finally:
            source.close()
        word = "good" if report.is_good else "bad"
        for line in report.lines:
            print(f"{source.id}: {word}: {safe_line(line)}")
        if not report.is_good:
            code = ExitCode.USAGE
    return code


def _say(source_id: str, line: str) -> None:
    print(f"guardian: {safe_line(f'{source_id}: {line}')}", file=sys.stderr)
