"""Health, the register: what was measured of the guardian itself, each number with its bound and what it means."""
