"""The content security policy of one response: strict, and widened only by a view that declares where its form ends.

Chromium applies ``form-action`` to the whole chain of redirects: a form whose answer leads to another origin is
blocked under ``'self'``, so the view that serves the form names that origin.
"""

from __future__ import annotations

from urllib.parse import urlsplit


class ContentPolicy:
    """Builds the header. ``request.content_policy.allow_form_target(url)`` is the only way to widen it."""

    def __init__(self) -> None:
        self._targets: set[str] = set()

    def allow_form_target(self, url: str) -> None:
        """Let a form of this page end at the origin of ``url`` (https, or http on this machine in development)."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or set(parts.netloc) & set(" ;,*'\""):
            raise ValueError("a form target needs a plain http(s) origin")
        self._targets.add(f"{parts.scheme}://{parts.netloc}")

    def header(self) -> str:
        """Return the value of ``Content-Security-Policy``."""
        targets = " ".join(["'self'", *sorted(self._targets)])
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self'; form-action {targets}; frame-src 'self'; frame-ancestors 'none'; "
            "base-uri 'none'; manifest-src 'self'"
        )
