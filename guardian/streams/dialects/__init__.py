"""The dialects in which AI servers speak. A dialect is registered by its file being in this folder."""
