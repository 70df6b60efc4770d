"""Sinks: where screened messages go.

Invariant: every public function of every module here takes a `Screened` as its first argument, or the `Answer` that one
is in another process, and no bare text; a test walks the signatures. What comes from a message passes `safe_text` in
all of them but the byte-exact pass-through, whose whole purpose is to change nothing.
"""
