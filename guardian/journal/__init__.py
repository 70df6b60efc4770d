"""The journal: the sealed, append-only record of verdicts, amendments and feedback (docs/guide/journal.md)."""
