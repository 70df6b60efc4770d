"""The checks of `guardian.policy.lint`, by subject."""
