"""Screening of an AI's answer while it streams: pure state machines, with no I/O, no HTTP and no asyncio inside."""
