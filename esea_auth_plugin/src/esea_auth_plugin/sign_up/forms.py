"""Forms of the sign-up, with the labels of the professionals' handbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import colander

from ..accounts.forms import a_phone_is_given, an_address_is_of_its_country, contact_nodes, normal_address
from ..accounts.identity_nodes import (
    another_profession_is_told,
    name_nodes,
    profession_nodes,
    specialties_are_of_the_profession,
)
from ..accounts.names import identifier_is_well_formed, normalise_identifier
from ..foundation.forms import (
    AcceptNode,
    BirthdayNode,
    ChoicesNode,
    CodeNode,
    EmailNode,
    Group,
    HoneypotNode,
    PasswordNode,
    Rule,
    TextNode,
    repeats,
    ruled_schema,
)
from ..foundation.forms.rules import ADDRESSES_DIFFER, PASSWORDS_DIFFER
from ..foundation.nomenclatures import OTHER_PROFESSION
from ..foundation.nomenclatures.identifiers import normalise_adeli, normalise_rpps
from ..foundation.security.password_policy import MIN_LENGTH
from ..interfaces import PortalService
from ..normalise.emails import normalise_email
from ..pyramid_types import Json, JsonObject

MIN_MOTIVE, MAX_MOTIVE = 10, 1_000

#: Fields that the setting ``esea_auth.hidden_fields`` may leave out, by its words.
HIDEABLE: Mapping[str, tuple[str, ...]] = {
    "fax": ("fax",),
    "adeli": ("adeli", "adeli_specialty"),
    "mobile": ("mobile",),
    "specialty": ("rpps_specialty",),
}

PERSONAL_GROUPS = (
    Group(
        "Saisie des données personnelles",
        ("civility", "last_name", "first_name", "email", "email_again", "workplace", "birthday"),
    ),
    Group(
        "Profession",
        ("profession", "profession_other", "rpps", "rpps_specialty", "adeli", "adeli_specialty"),
    ),
    Group("Adresse professionnelle", ("address", "postal_code", "city", "country", "department")),
    Group(
        "Téléphone",
        ("phone", "mobile", "fax"),
        intro="Renseignez un numéro de téléphone fixe ou mobile (l’un des deux est obligatoire).",
    ),
)


def _identity_nodes() -> list[colander.SchemaNode]:
    again = "Saisissez de nouveau votre adresse."
    return [
        *name_nodes(),
        EmailNode(
            name="email",
            title="Email",
            help="Une adresse professionnelle nominative, que vous êtes seul(e) à lire : "
            "les codes de connexion y sont envoyés.",
        ),
        EmailNode(name="email_again", title="Confirmation email", help=again, autocomplete="off"),
        TextNode(
            name="workplace",
            title="Lieu d’exercice",
            max_length=120,
            autocomplete="organization",
            help="Établissement, service ou cabinet.",
        ),
        BirthdayNode(
            name="birthday",
            title="Jour/Mois de naissance",
            help="Sans l’année. Sert seulement au support pour vérifier votre identité au téléphone.",
        ),
    ]


def hidden_names(words: Sequence[str]) -> frozenset[str]:
    """Return the names of the fields that the setting hides."""
    return frozenset(name for word in words for name in HIDEABLE.get(word, ()))


def personal_schema(hidden: Sequence[str], today: date, proven: Mapping[str, str] | None = None) -> colander.SchemaNode:
    """Return the schema of step 2, without the fields that the portal hides and those that are proven already."""
    proven = proven or {}
    country = proven.get("country", "")
    left_out = hidden_names(hidden) | set(proven)
    if country:
        left_out |= {"department"}  # France has départements, and is never noted
    if "profession" in left_out:
        left_out |= {"profession_other"}
    profession = proven.get("profession", "")
    nodes = [
        node
        for node in (*_identity_nodes(), *profession_nodes(today, profession), *contact_nodes())
        if node.name not in left_out
    ]
    asked = [node.name for node in nodes]
    rules = [
        repeats("email", "email_again", ADDRESSES_DIFFER, spelled=normalise_email),
        another_profession_is_told,
        specialties_are_of_the_profession(profession),
        an_address_is_of_its_country(asked, country),
    ]
    if {"phone", "mobile"} <= set(asked):  # else one of them was proven
        rules.append(a_phone_is_given(asked))
    return ruled_schema([*nodes, HoneypotNode(name="site_web")], *rules)


def personal_values(values: Json, country: str = "") -> dict[str, str]:
    """Return what step 2 keeps, in normal form: numbers without spaces, no second e-mail, no answer not asked for."""
    asked = normal_address(values, country)
    kept = {name: str(value) for name, value in asked.items() if value and name not in {"email_again", "site_web"}}
    if "rpps" in kept:
        kept["rpps"] = normalise_rpps(kept["rpps"])
    if "adeli" in kept:
        kept["adeli"] = normalise_adeli(kept["adeli"])
    if kept.get("profession") != OTHER_PROFESSION:
        kept.pop("profession_other", None)
    return kept


def _well_formed(node: colander.SchemaNode, value: str) -> None:
    if not identifier_is_well_formed(normalise_identifier(value)):
        message = (
            "Utilisez de 3 à 40 lettres sans accent, chiffres ou points (pas au début, à la fin, ni deux de suite)."
        )
        raise colander.Invalid(node, message)


def password_nodes(*, kept: bool = False, optional: bool = False) -> list[colander.SchemaNode]:
    """Return « Mot de passe » and its confirmation.

    :param kept: one was chosen already, empty fields keep it. :param optional: the person has something better.
    """
    missing: JsonObject = {"missing": ""} if kept or optional else {}
    advice = f"{MIN_LENGTH} caractères au moins ; plusieurs mots sans lien entre eux font un bon mot de passe."
    if optional:
        advice = f"Facultatif : vous vous connecterez sans lui. Sinon, {advice}"
    if kept:
        advice = "Déjà choisi : laissez ces deux champs vides pour le garder."
    password = PasswordNode(name="password", title="Mot de passe", new=True, help=advice, **missing)
    password.widget.meter = "surete"
    again = PasswordNode(name="password_again", title="Confirmez votre mot de passe", new=True, **missing)
    return [password, again]


#: Rule: the password is confirmed.
PASSWORDS_AGREE = repeats("password", "password_again", PASSWORDS_DIFFER)


def identifier_node(*, checked: bool = False) -> colander.SchemaNode:
    """Return « Identifiant ». :param checked: the page asks as one types whether it is available."""
    return TextNode(
        name="identifier",
        title="Identifiant",
        max_length=40,
        validator=_well_formed,
        autocomplete="username",
        data={"check": "/inscription/identifiant-disponible"} if checked else {},
        help="Lettres sans accent, chiffres et points uniquement. Il ne sera pas modifiable par la suite.",
    )


def identifier_schema(*rules: Rule, kept: bool, optional: bool = False) -> colander.SchemaNode:
    """Return the schema of step 3; ``optional``: a proven identity signs in without a password."""
    nodes = [identifier_node(checked=True), *password_nodes(kept=kept, optional=optional)]
    return ruled_schema(nodes, PASSWORDS_AGREE, *rules)


def terms_node() -> colander.SchemaNode:
    """Return the acceptance of the CGU, none preselected."""
    return AcceptNode(
        name="terms",
        title="Conditions d’Utilisation",
        accept="J’accepte les Conditions d’Utilisation",
        refuse="Je n’accepte pas les Conditions d’Utilisation",
        refusal="Sans votre accord sur les Conditions d’Utilisation, aucun compte ne peut être ouvert. "
        "Vos réponses restent ici : vous pouvez lire les conditions, changer d’avis, ou effacer votre demande.",
    )


def adhesion_schema(services: Sequence[PortalService]) -> colander.SchemaNode:
    """Return the schema of step 4."""
    schema = colander.SchemaNode(colander.Mapping())
    if services:
        schema.add(
            ChoicesNode(
                name="services",
                title="Services demandés",
                values=[(item.slug, item.title) for item in services],
                help="Aucun, un ou plusieurs. Vous pourrez en demander d’autres depuis « Mon compte ».",
            )
        )
    schema.add(
        TextNode(
            name="motive",
            title="Motif de l’inscription",
            multiline=True,
            min_length=MIN_MOTIVE,
            max_length=MAX_MOTIVE,
            help="De 10 à 1 000 caractères. Ne nommez aucun patient et ne donnez aucune information de santé.",
        )
    )
    schema.add(terms_node())
    return schema


class MailboxSchema(colander.MappingSchema):
    """The code that proves the address typed at step 2."""

    code = CodeNode(title="Code reçu par courriel", help="Six chiffres, valables 10 minutes.")


class EmailAgainSchema(colander.MappingSchema):
    """Asked after a silence: the e-mail typed at step 2."""

    email = EmailNode(title="Email", help="L’adresse que vous avez saisie à l’étape 2.")


class FollowSchema(colander.MappingSchema):
    """« Où en est ma demande »."""

    reference = TextNode(title="Référence de la demande", max_length=40, help="Par exemple DEM-7K3M-Q2XF.", width="s")
    code = TextNode(
        title="Code de suivi",
        max_length=60,
        autocomplete="off",
        help="Il figure dans le courriel d’accusé de réception.",
    )
