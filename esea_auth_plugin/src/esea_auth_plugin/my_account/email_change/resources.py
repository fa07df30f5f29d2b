"""Resources of an e-mail change: `/compte/courriel`, and what the former address is mailed."""

from __future__ import annotations

from ...foundation.mailed_link import MailedLink
from ...resources import Resource


class EmailResource(Resource):
    """`/compte/courriel`."""

    title = "Modifier mon adresse électronique"


class UndoResource(MailedLink):
    """`/adresse-precedente`: the change taken back, once the token has left the address."""

    title = "Annuler un changement d’adresse"
    cookie = "adresse"
