"""Policies tried on texts: examples as tests, and one message's path explained."""
