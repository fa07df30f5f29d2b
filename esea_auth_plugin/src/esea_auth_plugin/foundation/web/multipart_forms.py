"""``multipart/form-data`` is accepted only by views that declare it: ``multipart=True``.

No form of the portal sends files. Elsewhere the answer is 415 before anything is parsed: WebOb's own parser takes
seconds of CPU for a megabyte of small parts, and it runs before CSRF is checked. A view that declares it gets
``request.POST`` from a strict parser with limits: texts as strings, files as :class:`multipart.MultipartPart`.
"""

from __future__ import annotations

import logging
from typing import Any

from multipart import MultipartError, parse_form_data
from pyramid.httpexceptions import HTTPBadRequest, HTTPUnsupportedMediaType
from webob.multidict import MultiDict

from ...pyramid_types import PortalRequest, View
from .request_checks import MAX_FIELDS, MAX_NAME, MAX_VALUE, MULTIPART, BadRequest, check_text, media_type

logger = logging.getLogger(__name__)


def multipart_deriver(view: View, info: Any) -> View:
    """View deriver, see the module. It runs before permissions and CSRF are checked."""
    if info.exception_only:
        return view
    declared = bool(info.options.get("multipart"))

    def checked(context: object, request: PortalRequest) -> Any:
        if media_type(request.environ) == MULTIPART:
            if not declared:
                logger.warning("request refused: multipart.not_accepted")
                raise HTTPUnsupportedMediaType
            fields = _parsed(request)
            request.set_property(lambda request: fields, name="POST", reify=True)
        return view(context, request)

    return checked


multipart_deriver.options = ("multipart",)  # type: ignore[attr-defined]


def _parsed(request: PortalRequest) -> MultiDict[str, Any]:
    environ = {**request.environ, "wsgi.input": request.body_file_raw}
    try:
        texts, files = parse_form_data(
            environ,
            strict=True,
            part_limit=MAX_FIELDS,
            spool_limit=MAX_VALUE,
            disk_limit=int(request.content_length or 0),
        )
        for name, text in texts.iterallitems():
            _check(name, text)
        for name, part in files.iterallitems():
            _check(name, part.filename or "")
    except (MultipartError, UnicodeDecodeError, BadRequest) as wrong:
        logger.warning("request refused: multipart.malformed (%s)", type(wrong).__name__)
        raise HTTPBadRequest from None
    request.add_finished_callback(lambda request: [part.close() for _, part in files.iterallitems()])
    return MultiDict([*texts.iterallitems(), *files.iterallitems()])


def _check(name: str, text: str) -> None:
    if len(name) > MAX_NAME:
        raise BadRequest("multipart.too_long")
    check_text("multipart", name)
    check_text("multipart", text)
