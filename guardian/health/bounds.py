"""What readings are held against. Each bound stands here with its reason, so that it can be argued with."""

from __future__ import annotations

from typing import Final

DAY_MS: Final = 86_400_000
RATE_DAYS: Final = 7
"""Days over which shares of unsure and unscreened messages are taken: one week, so that weekdays do not matter."""
LOOK_BACK_DAYS: Final = 28
"""Days of the journal that are looked at: four weeks make the alert budget steady, and drift recent."""
MOST_VERDICTS: Final = 5_000
"""Newest verdicts that are looked at: opening so many seals takes well under a second."""
LATENCY_VERDICTS: Final = 200
"""The last verdicts that the typical time is taken of."""
LATENCY_P95_MS: Final = 5_000.0
"""Above this at the 95th of 100 a person waits. A message of 100 tokens takes about 20 ms; of a scanned folder 32
messages wait together, which counts for each of them."""
LARGEST_UNSCREENED: Final = 0.01
"""Of a hundred messages one may be beyond the guardian (a broken mail); more means that something is wrong."""
LARGEST_UNSURE: Final = 0.10
"""Judged in part only: other languages, very long mails. Above this the owner's mail is not what the model reads."""
STALL_S: Final = 10.0
"""With something waiting and no verdict for so long, the guardian stands still: a batch of texts takes about 1 s."""
BEAT_S: Final = 30.0
"""The screening thread looks about itself every second."""
LEAST_DRIFT_MESSAGES: Final = 50
"""Fewer ordinary messages say nothing about a distribution: the band of the inequality alone would be 0.2 wide."""
DRIFT_MESSAGES: Final = 500
"""The last ordinary messages that are compared."""
LARGEST_DRIFT: Final = 0.20
"""Distance of two distributions (Kolmogorov and Smirnov's D), beyond what chance explains."""
DRIFT_CONFIDENCE: Final = 0.99
NEAR_LOGIT: Final = 0.25
"""A message is near a threshold within this much in logit space: 0.76 to 0.84 round 0.80."""
LARGEST_NEAR: Final = 0.10
"""Share of messages whose verdict a small change could turn."""
FEWEST_BUDGET_WEEKS: Final = 1.0
CANARY_EVERY_S: Final = 3_600.0
CANARY_AGE_MS: Final = 3 * 3_600_000
"""A result older than three rounds says nothing about now."""
LEAST_FREE_BYTES: Final = 200_000_000
"""A year of flagged messages takes about 20 MB; below this the whole machine is in trouble soon."""
MOST_UNANCHORED: Final = 1_024
"""Records since the last anchor: it is put on after every 256, and whenever the journal is closed."""
MOST_RESTARTS: Final = 2
"""Of the model's process, in one run. A text that kills it costs two."""
