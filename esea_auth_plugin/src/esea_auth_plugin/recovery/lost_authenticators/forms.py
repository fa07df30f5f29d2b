"""The form of « J'ai perdu tous mes moyens de connexion »."""

from __future__ import annotations

import colander

from ...foundation.forms import HoneypotNode, NameNode, PhoneNode, TextNode


class LostEverythingSchema(colander.MappingSchema):
    """Who it is and where the support may call; nothing of the account is asked that could be guessed at."""

    login = TextNode(title="Identifiant ou email", max_length=254)
    last_name = NameNode(title="Nom")
    first_name = NameNode(title="Prénom")
    phone = PhoneNode(title="Téléphone", help="Le support ne s’y fie pas : il vous rappelle à un numéro du dossier.")
    motive = TextNode(
        title="Que s’est-il passé ?",
        help="Par exemple : téléphone volé avec ma carte. N’indiquez aucun nom de patient.",
        multiline=True,
        min_length=10,
        max_length=1000,
    )
    website = HoneypotNode()
