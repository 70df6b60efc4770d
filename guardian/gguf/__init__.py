"""Model files of the owner's, looked at before any native code does."""
