"""What can be answered about a verdict: from evidence, deterministic, without one generated word."""
