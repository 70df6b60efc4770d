"""When the model's process may be started again after it died: at once, later, or not for now.

The first death costs nothing but the restart; each further one without an answer in between doubles the wait;
after `deaths_limit` of them the circuit opens, and until the cool-down is over nothing is started and every
text is refused at once. After the cool-down one death opens it again, for twice as long. One answer closes it.

Invariant: pure; the caller passes the time, in seconds of a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Recovery:
    """Back-off and circuit breaker of one encoder."""

    deaths_limit: int = 5
    """Deaths in a row that open the circuit. Above two, which one text can cause on its own."""
    first_delay_s: float = 0.1
    longest_delay_s: float = 2.0
    cool_down_s: float = 30.0
    longest_cool_down_s: float = 600.0
    deaths: int = 0
    """Deaths since the last answer."""
    openings: int = 0
    """Times that the circuit opened since the last answer."""
    _start_s: float = float("-inf")
    _open_until_s: float = float("-inf")

    def died(self, now_s: float) -> None:
        """The process died, hung or could not be started."""
        self.deaths += 1
        if self.openings or self.deaths >= self.deaths_limit:
            self.give_up(now_s)
        elif self.deaths > 1:
            delay_s = min(self.first_delay_s * 2.0 ** (self.deaths - 2), self.longest_delay_s)
            self._start_s = now_s + delay_s

    def give_up(self, now_s: float) -> None:
        """Open the circuit, for a reason that another try would not mend soon."""
        pause_s = min(self.cool_down_s * 2.0**self.openings, self.longest_cool_down_s)
        self.openings += 1
        self._open_until_s = self._start_s = now_s + pause_s

    def answered(self) -> None:
        """The process judged something."""
        self.deaths = self.openings = 0

    def is_open(self, now_s: float) -> bool:
        """Whether everything is refused for now."""
        return now_s < self._open_until_s

    @property
    def was_open(self) -> bool:
        """Whether the circuit opened and no answer has come since; a start then waits for somebody to ask."""
        return self.openings > 0

    def wait_s(self, now_s: float) -> float:
        """Seconds until a start is allowed; 0 where it is."""
        return max(0.0, self._start_s - now_s)
