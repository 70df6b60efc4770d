"""Screens that stand over the tabs."""
