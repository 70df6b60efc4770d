"""`guardian policy schema`: the JSON schema of a policy file."""

from __future__ import annotations

import argparse
import sys

from guardian.exits import ExitCode
from guardian.policy.schema import policy_schema_text
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print it."""
    sys.stdout.write(policy_schema_text())
    return ExitCode.CLEAN
