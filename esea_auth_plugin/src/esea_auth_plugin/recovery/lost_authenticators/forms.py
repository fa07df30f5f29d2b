"""The form of « J'ai perdu tous mes moyens de connexion »."""

from __future__ import annotations

import colander

from ...foundation.forms import HoneypotNode, NameNode, TextNode


class LostEverythingSchema(colander.MappingSchema):
    """Who it is; the support calls a number that it knows already, and nothing is asked that could be guessed."""

    login = TextNode(title="Identifiant ou email", max_length=254)
    last_name = NameNode(title="Nom")
    first_name = NameNode(title="Prénom")
    motive = TextNode(
        title="Que s’est-il passé ?",
        help="Par exemple : téléphone volé avec ma carte. N’indiquez aucun nom de patient.",
        multiline=True,
        min_length=10,
        max_length=1000,
    )
    website = HoneypotNode()
