"""Talking with a language model of the owner's: every sentence goes through the gate before anybody sees it."""
