"""Widgets. Those that show a verdict take a `Screened`."""
