"""Places of linking: what was just read, and the page that links it."""

from __future__ import annotations

from ...resources import Resource


class IdentityPlace(Resource):
    """`/connexion/identite`: an identity was read, no account is linked to it."""

    title = "Identité lue"


class LinkPlace(Resource):
    """`/compte/dispositifs/lier`: link what was read to one's account."""

    title = "Lier à mon compte"
