"""What each kind of notice says, in French: to the person in an email, and in the list of « Notifications »."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    :ivar subject: of the email and the list. :ivar text: what happened. :ivar calm: what to think when it was oneself.
    :ivar after: what to do besides, once « Ce n'était pas moi » was pressed.
    """

    subject: str
    text: str
    calm: str = "Si c’était vous, vous n’avez rien à faire."
    after: str = ""


KINDS: Mapping[str, Kind] = {
    "device_added": Kind(
        "Un nouveau dispositif ouvre votre compte",
        "Un dispositif d’authentification vient d’être ajouté à votre compte.",
    ),
    "device_waits": Kind(
        "Un nouveau dispositif attend votre confirmation",
        "Un dispositif d’authentification vient d’être ajouté à votre compte. Il n’ouvre rien tant qu’il n’est pas "
        "confirmé depuis la boîte mail du compte.",
    ),
    "first_link": Kind(
        "Une identité professionnelle est liée à votre compte",
        "Une carte ou Pro Santé Connect vient d’être lié à votre compte pour la première fois. Les autres sessions ont "
        "été fermées. À sa prochaine connexion par ce moyen, la personne dit ce que le compte garde de ce qu’il avait "
        "(mot de passe, dispositifs, adresse) ; ce qu’elle n’a pas encore confirmé peut être suspendu jusque-là.",
        "Si c’était vous, répondez à la question posée à l’écran ; à défaut, connectez-vous de nouveau par ce moyen.",
    ),
    "first_link_answered": Kind(
        "Ce que votre compte garde",
        "Après la première liaison d’une identité professionnelle, voici ce qui reste et ce qui a été retiré.",
    ),
    "device_revoked": Kind(
        "Un dispositif a été retiré de votre compte",
        "Un dispositif d’authentification vient d’être retiré de votre compte.",
    ),
    "device_lost": Kind(
        "Un dispositif de votre compte est signalé perdu",
        "Un dispositif d’authentification vient d’être signalé perdu ou volé : il n’ouvre plus rien.",
        after="Le dispositif reste bloqué : avec un autre de même sûreté, débloquez-le dans « Mes dispositifs ».",
    ),
    "device_lost_removal": Kind(
        "Un dispositif de votre compte est signalé perdu et sera retiré",
        "Un dispositif d’authentification vient d’être signalé perdu ou volé. Il n’ouvre plus rien, et sera retiré de "
        "votre compte à la date ci-dessous, sauf si vous vous y opposez.",
        after="Le retrait est annulé et le dispositif reste bloqué : l’assistance, ou un autre dispositif de même "
        "sûreté, le débloque.",
    ),
    "new_place": Kind(
        "Nouvelle connexion à votre compte",
        "Quelqu’un vient de se connecter à votre compte depuis un navigateur ou un lieu qu’il ne connaissait pas.",
    ),
    "signed_in": Kind(
        "Connexion à votre compte", "Vous avez demandé à être prévenu(e) de chaque connexion : en voici une."
    ),
    "password_changed": Kind(
        "Votre mot de passe a été changé",
        "Le mot de passe de votre compte vient d’être changé. Les autres sessions ont été fermées.",
    ),
    "email_changed": Kind(
        "L’adresse de votre compte a été remplacée",
        "Les courriels de votre compte partent désormais vers une autre adresse que celle-ci.",
    ),
    "phone_changed": Kind(
        "Votre numéro de téléphone a été changé",
        "Un numéro auquel l’assistance peut vous rappeler pour vérifier votre identité vient d’être changé.",
        after="Demandez-lui aussi de remettre votre numéro : jusque-là, l’autre reste au dossier.",
    ),
    "mailbox_doubted": Kind(
        "Votre adresse n’est plus vérifiée",
        "Le domaine de votre adresse électronique ne reçoit plus de courriel, ou a changé de mains. Rien n’y est plus "
        "envoyé, et les codes par courriel n’ouvrent plus rien tant que vous n’avez pas confirmé une adresse.",
        "Connectez-vous avec un autre moyen pour confirmer votre adresse, ou appelez le support.",
    ),
    "mailbox_removed": Kind(
        "L’adresse de votre compte est retirée",
        "Après la première liaison d’une identité professionnelle, l’adresse du compte n’a pas été gardée. Sans "
        "adresse, vous ne recevez plus ni code ni alerte tant que vous n’en avez pas confirmé une.",
        "Confirmez une adresse dans « Mon compte », ou appelez le support.",
    ),
    "refused_often": Kind(
        "Plusieurs connexions refusées à votre compte",
        "Plusieurs mots de passe ou codes ont été refusés à la suite pour votre compte. Personne n’est entré ainsi.",
        "Si vous vous êtes trompé(e) plusieurs fois, vous n’avez rien à faire.",
    ),
}
