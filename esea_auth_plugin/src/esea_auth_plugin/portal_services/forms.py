"""The adhesion form: why a service is needed, and the conditions of use."""

from __future__ import annotations

import colander

from ..foundation.forms import AcceptNode, TextNode

MIN, MAX = 10, 1_000


class AdhesionSchema(colander.MappingSchema):
    """« Motif de l'inscription » and the CGU, none preselected."""

    motif = TextNode(
        title="Motif de l'inscription",
        multiline=True,
        min_length=MIN,
        max_length=MAX,
        help="Dites en quelques mots à quoi ce service vous servira. Ne nommez aucun patient et ne donnez aucune "
        "information qui permettrait d'en reconnaître un.",
    )
    cgu = AcceptNode(
        title="Conditions d'Utilisation",
        accept="J'accepte les Conditions d'Utilisation",
        refuse="Je refuse les Conditions d'Utilisation",
        refusal="Sans votre accord, la demande ne peut pas être envoyée : aucun accès ne sera ouvert. Ce que vous avez "
        "écrit est conservé ci-dessous.",
    )
