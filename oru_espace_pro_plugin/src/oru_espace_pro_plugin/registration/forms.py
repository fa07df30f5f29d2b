"""The forms of the registration: CGU, and who one is."""

from __future__ import annotations

from typing import Any

import colander

from esea_auth_plugin.foundation.forms import AcceptNode, ChoiceNode, Group, NameNode, PhoneNode, TextNode
from esea_auth_plugin.interfaces import Identity

from .lists import OTHER, Lists

GROUPS = (
    Group("Votre fonction", ("function", "function_other", "speciality", "profile")),
    Group("Pour vous connaître et vous joindre", ("complement", "phone")),
)


def terms_schema() -> Any:
    """Return « J'accepte / je refuse », none preselected."""
    schema = colander.Schema()
    schema.add(
        AcceptNode(
            name="terms",
            title="Les conditions d'utilisation de l'Espace Pro",
            accept="J'accepte les conditions d'utilisation de l'Espace Pro",
            refuse="Je refuse",
            refusal="Sans cet accord l'Espace Pro ne peut pas vous être ouvert. Rien n'est enregistré si vous quittez.",
        )
    )
    return schema


def registration_schema(lists: Lists, identity: Identity, *, other: bool = False) -> Any:
    """Return the form. Names are asked only when the identity doesn't tell them; the address never is.

    :param other: « Autre » was chosen: « Fonction autre » must be filled. Told here and not by a validator of the
        whole form, which colander runs only once every field is right: one round shows every error.
    """
    schema = colander.Schema()
    if not identity.first_name:
        schema.add(NameNode(name="first_name", title="Prénom", max_length=80, autocomplete="given-name"))
    if not identity.last_name:
        schema.add(NameNode(name="last_name", title="Nom", max_length=80, autocomplete="family-name"))
    schema.add(ChoiceNode(name="function", title="Fonction", values=lists.functions))
    schema.add(
        TextNode(
            name="function_other", title="Fonction autre", max_length=120, missing=colander.required if other else "",
            missing_msg="Précisez votre fonction, puisqu'aucune de la liste ne convient.",
            shown_when=f"function={OTHER}", asterisk=True, help="À remplir si vous avez choisi « Autre ».",
        )
    )  # fmt: skip
    schema.add(ChoiceNode(name="speciality", title="Spécialité", values=lists.specialities))
    schema.add(ChoiceNode(name="profile", title="Vous êtes", values=lists.profiles))
    schema.add(
        TextNode(
            name="complement", title="Complément information", multiline=True, max_length=1000, missing="",
            help="Merci de préciser votre profession, lieu d'exercice et besoin. N'écrivez rien sur un patient.",
        )
    )  # fmt: skip
    schema.add(PhoneNode(name="phone", title="Téléphone", help="Numéro de téléphone professionnel", autocomplete="tel"))
    return schema
