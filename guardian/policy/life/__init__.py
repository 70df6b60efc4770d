"""Which version of a policy is in force, since when and why."""
