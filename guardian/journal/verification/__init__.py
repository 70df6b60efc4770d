"""Is the journal what Guardian wrote? Checked without the key, and said where it is not."""
