"""What the service lets its clients do. All of them are this user's own programs: the limits are against mistakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """Per client, where nothing else is said."""

    body_bytes: int
    """Longest message: `limits.max_bytes_read` of the settings, for what is beyond is not judged. A message that is cut
    there bears one byte more."""
    clients: int = 256
    """Connections in all. A further one takes the place of the one that was idle for longest, or is refused."""
    in_flight: int = 8
    """Questions that are taken and not answered; beyond it nothing is read from that client."""
    free_bytes: int = 64 << 10
    """A question up to this size needs no room to be made for it."""
    held_bytes: int = 64 << 20
    """Room for larger questions, of all clients together, from their first byte to their answer."""
    unsent_bytes: int = 1 << 20
    """Answers that a client has not read; beyond it nothing is read from that client."""
    frame_within_s: float = 10.0
    """How long a question may take to arrive, once begun."""
    read_within_s: float = 30.0
    """How long a client may leave an answer unread."""
    idle_client_s: float = 300.0
    """How long a connection without a question is kept."""
    stop_within_s: float = 30.0
    """How long, at the end, what was taken may take to be answered."""
    batch: int = 16
    """Questions that are given to the gate at once, one client after the other: enough to keep the model busy, few
    enough that whoever comes now waits little."""
