"""What shows, measures and soaks the live parts: each script says itself what it does."""
