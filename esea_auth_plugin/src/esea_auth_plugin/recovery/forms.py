"""Forms of recovery."""

from __future__ import annotations

from functools import partial

import colander

from ..foundation.forms import (
    EmailNode,
    HoneypotNode,
    NameNode,
    PasswordNode,
    PhoneNode,
    PortalForm,
    RuledMapping,
    TextNode,
    repeats,
    ruled_schema,
)
from ..foundation.forms.rules import ADDRESSES_DIFFER, PASSWORDS_DIFFER
from ..foundation.security import password_policy
from ..interfaces import AccountView
from ..normalise.emails import normalise_email
from ..pyramid_types import JsonObject, PortalRequest

_ADVICE = (
    f"{password_policy.MIN_LENGTH} caractères au moins ; plusieurs mots sans lien entre eux font un bon mot de passe."
)


class LoginSchema(colander.MappingSchema):
    """« Mot de passe oublié »."""

    login = TextNode(title="Identifiant ou email", max_length=254)


class EmailSchema(colander.MappingSchema):
    """« Identifiant oublié »."""

    email = EmailNode(title="Email")


class LostMailboxSchema(colander.MappingSchema):
    """« Je n'ai plus accès à cette boîte »."""

    login = TextNode(title="Identifiant ou ancien email", max_length=254)
    last_name = NameNode(title="Nom")
    first_name = NameNode(title="Prénom")
    email = EmailNode(title="Nouvel email", help="Une boîte que vous êtes seul(e) à lire.")
    email_again = EmailNode(title="Confirmation nouvel email")
    phone = PhoneNode(
        title="Téléphone",
        missing="",
        help="Facultatif : pour vérifier votre identité, le support vous rappelle à un numéro qu’il connaît déjà.",
    )
    motive = TextNode(
        title="Que s'est-il passé ?",
        help="Par exemple : changement d'établissement. N'indiquez aucun nom de patient.",
        multiline=True,
        min_length=10,
        max_length=1000,
    )
    website = HoneypotNode()

    schema_type = partial(RuledMapping, repeats("email", "email_again", ADDRESSES_DIFFER, spelled=normalise_email))


def password_form(
    request: PortalRequest, *, current: bool = False, cancel: tuple[str, str] | None = None
) -> PortalForm:
    """Return the form of a new password; ``current``: the present one is asked first (ASVS 6.2.3)."""
    nodes = [PasswordNode(name="current", title="Mot de passe actuel")] if current else []
    password = PasswordNode(name="password", title="Nouveau mot de passe", new=True, help=_ADVICE)
    password.widget.meter = "surete"
    again = PasswordNode(name="password_again", title="Confirmez votre nouveau mot de passe", new=True)
    schema = ruled_schema([*nodes, password, again], repeats("password", "password_again", PASSWORDS_DIFFER))
    return PortalForm(schema, request, submit=(("valider", "Changer mon mot de passe"),), cancel=cancel)


def accepted_password(form: PortalForm, account: AccountView) -> JsonObject:
    """Return the values of a posted password form.

    :raises Invalid: what was typed, or the policy, speaks against it.
    """
    values = form.validate()
    words = (account.first_name, account.last_name, account.email, account.identifier)
    assessment = password_policy.assess(values["password"], words)
    if not assessment.accepted:
        raise form.refuse({"password": " ".join(assessment.messages)})
    return values
