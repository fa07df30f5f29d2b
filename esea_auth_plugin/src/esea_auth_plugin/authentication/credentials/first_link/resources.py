"""The place of the page that follows a first link."""

from __future__ import annotations

from ....resources import Resource

PATH = "/compte/premiere-liaison"


class FirstLinkResource(Resource):
    """`/compte/premiere-liaison`."""

    title = "Ce que vous gardez"
