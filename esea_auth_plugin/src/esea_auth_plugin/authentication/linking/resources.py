"""Resources of linking: what was just read, and the page that links it."""

from __future__ import annotations

from ...resources import Resource


class IdentityResource(Resource):
    """`/connexion/identite`: an identity was read, no account is linked to it."""

    title = "Identité lue"


class LinkResource(Resource):
    """`/compte/dispositifs/lier`: link what was read to one's account."""

    title = "Lier à mon compte"
