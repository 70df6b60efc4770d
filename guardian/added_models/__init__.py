"""Models that the owner added, pinned by their hash."""
