"""What a ceremony of passkeys refuses."""

from __future__ import annotations


class NotVerified(Exception):
    """An answer that proves nothing; ``code`` is for the trail, never for the person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
