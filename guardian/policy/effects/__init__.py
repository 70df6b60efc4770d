"""What a change of a policy would do, and what policies have done: comparison, preview, track record."""
