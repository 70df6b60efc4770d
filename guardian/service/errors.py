"""What can go wrong between a client and the service. Standard library and leaves only."""

from __future__ import annotations

from enum import StrEnum

from guardian.errors import GuardianError


class RefusalCode(StrEnum):
    """Why the service did not answer a question; short and stable."""

    BUSY = "busy"
    """It has as many clients as it takes."""
    TOO_BIG = "too-big"
    """The question, or its answer, is larger than a frame may be."""
    OTHER_VERSION = "other-version"
    """Client and service are not of one version."""
    OTHER_HOUSE = "other-house"
    """The service has other settings, another journal or another memory than its client."""
    STOPPING = "stopping"
    """It is about to end and takes no new questions."""
    SETTINGS = "settings"
    """The owner's settings, model or policies changed and cannot be used as they are now."""
    BAD_QUESTION = "bad-question"
    """It is not a question that a client of this version asks."""
    FAILED = "failed"
    """An internal error."""


class ServiceError(GuardianError):
    """Base of the two ways in which there is no answer. What was asked about is then not screened, never clean."""


class ServiceUnavailableError(ServiceError):
    """No service answers, or the connection ended before the answer was there; it may or may not be recorded."""


class ServiceRefusedError(ServiceError):
    """The service is there and gave no verdict. It recorded nothing, unless the code is `failed`, or `too-big` of an
    answer."""

    def __init__(self, code: RefusalCode, what: str, *, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.code = code


class ServiceRunningError(ServiceError):
    """A second service was to start where one runs."""
