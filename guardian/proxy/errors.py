"""What can go wrong in the proxy, and in what words a client is told.

Invariant: nothing of a request or of an answer is repeated in an error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from guardian.errors import GuardianError

if TYPE_CHECKING:
    from starlette.types import Send

JSON_TYPE: Final = (b"content-type", b"application/json")


class ProxyError(GuardianError):
    """The proxy cannot be started, or is not running."""


class RefusedRequestError(GuardianError):
    """A request that is not answered, or an answer that cannot be given; `status` is the HTTP status that says so."""

    def __init__(self, status: int, code: str, what: str, *, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.status = status
        self.code = code
        """Short and stable, such as `wrong_token`."""

    def body(self) -> bytes:
        """The error in OpenAI's form, which Ollama's clients can show too: `error` may be any value to them.

        Source: https://platform.openai.com/docs/guides/error-codes; `param` is always null there for such errors.
        """
        said = {"message": f"guardian: {self.line()}", "type": "guardian_proxy", "param": None, "code": self.code}
        return json.dumps({"error": said}).encode()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that go with `body`."""
        challenge = [(b"www-authenticate", b"Bearer")] if self.status == 401 else []
        return [JSON_TYPE, (b"content-length", str(len(self.body())).encode()), *challenge]


async def answer_refusal(refusal: RefusedRequestError, send: Send) -> None:
    """Send the whole of a refusal."""
    await send({"type": "http.response.start", "status": refusal.status, "headers": refusal.headers()})
    await send({"type": "http.response.body", "body": refusal.body()})
