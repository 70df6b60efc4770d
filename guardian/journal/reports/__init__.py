"""The journal for its owner's eyes: entries in words, statistics, exports."""
