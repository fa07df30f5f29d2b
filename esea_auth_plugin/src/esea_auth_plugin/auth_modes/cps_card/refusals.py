"""Why a card does not let in: a stable code for the trail, and what a person reads and can do about it."""

from __future__ import annotations

from collections.abc import Mapping

from ...interfaces import CardRefusal

_SUPPORT = "Si cela continue, communiquez à l'assistance le texte de la page « Tester votre poste »."
_ORDER = (
    "Commandez ou réclamez votre carte auprès de l'Agence du numérique en santé, ou de l'administrateur de cartes de "
    "votre structure."
)
_OTHER_WAY = "En attendant, connectez-vous par un autre mode."


_ALL = (
    CardRefusal(
        "card.none",
        "Aucune carte n'a été lue",
        "Votre navigateur n'a présenté aucun certificat.",
        "Insérez votre carte dans le lecteur et attendez que son voyant soit fixe. Puis fermez toutes les fenêtres du "
        "navigateur et rouvrez-le : il retient l'absence de carte jusqu'à son redémarrage.",
    ),
    CardRefusal(
        "card.proxy",
        "Lecture de carte impossible par ce chemin",
        "Cette demande n'est pas passée par le serveur qui lit les cartes.",
        "Repartez du portail et choisissez « Carte CPS ».",
        400,
    ),
    CardRefusal(
        "card.too_large",
        "Certificat illisible",
        "Ce que votre navigateur a présenté est beaucoup trop grand pour être le certificat d'une carte.",
        "Vérifiez que vous avez choisi le certificat de votre carte. " + _SUPPORT,
        400,
    ),
    CardRefusal(
        "card.unreadable",
        "Certificat illisible",
        "Ce que votre navigateur a présenté n'est pas le certificat d'une carte, ou il est abîmé.",
        "Retirez la carte, réinsérez-la et réessayez. " + _SUPPORT,
        400,
    ),
    CardRefusal(
        "card.request",
        "Cette lecture n'a pas été demandée",
        "L'adresse ouverte ne vient pas d'une connexion commencée sur le portail, ou elle a expiré.",
        "Repartez du portail et choisissez « Carte CPS ». N'ouvrez jamais une telle adresse reçue par message.",
        400,
    ),
    CardRefusal(
        "card.self_signed",
        "Cette carte n'est pas reconnue",
        "Le certificat présenté n'a été délivré par aucune autorité.",
        "Choisissez le certificat de votre carte dans la liste que montre le navigateur. " + _SUPPORT,
    ),
    CardRefusal(
        "card.authority",
        "Cette carte n'est pas reconnue",
        "Le certificat présenté ne vient pas d'une autorité des cartes de professionnels (IGC-Santé, « PERSONNES »).",
        "Choisissez le certificat de votre carte CPS dans la liste que montre le navigateur. " + _SUPPORT,
    ),
    CardRefusal(
        "card.test_authority",
        "Ceci est une carte de test",
        "Le certificat présenté vient de la hiérarchie de test de l'IGC-Santé : ce portail veut une vraie carte.",
        "Utilisez votre propre carte.",
    ),
    CardRefusal(
        "card.organisation",
        "Ceci n'est pas la carte d'une personne",
        "Le certificat présenté est celui d'une organisation : il identifie un serveur ou une structure.",
        "Choisissez le certificat de votre carte dans la liste que montre le navigateur.",
    ),
    CardRefusal(
        "card.not_yet_valid",
        "Cette carte n'est pas encore valable",
        "La validité de cette carte commence plus tard.",
        "Vérifiez la date de début imprimée sur le courrier qui accompagnait votre carte. " + _OTHER_WAY,
    ),
    CardRefusal(
        "card.expired",
        "Cette carte a expiré",
        "La date de validité de cette carte est passée.",
        "Si vous avez reçu une carte plus récente, utilisez-la : elle marche sans autre démarche. "
        f"{_ORDER} {_OTHER_WAY}",
    ),
    CardRefusal(
        "card.revoked",
        "Cette carte est en opposition",
        "Cette carte a été déclarée perdue, volée ou remplacée : elle ne peut plus servir.",
        f"Utilisez la carte qui la remplace. {_ORDER} {_OTHER_WAY}",
    ),
    CardRefusal(
        "card.crl_missing",
        "Votre carte ne peut pas être vérifiée en ce moment",
        "Le portail n'a pas la liste des cartes en opposition, et n'accepte aucune carte sans l'avoir consultée.",
        "Le problème vient du portail et l'équipe technique en est avertie. " + _OTHER_WAY,
        503,
    ),
    CardRefusal(
        "card.crl_old",
        "Votre carte ne peut pas être vérifiée en ce moment",
        "La liste des cartes en opposition est trop ancienne : sans liste à jour, le portail n'accepte aucune carte.",
        "Le problème vient du portail et l'équipe technique en est avertie. " + _OTHER_WAY,
        503,
    ),
    CardRefusal(
        "card.ocsp",
        "Votre carte ne peut pas être vérifiée en ce moment",
        "Le service qui dit si une carte est en opposition n'a pas répondu.",
        "Réessayez dans quelques minutes. " + _OTHER_WAY,
        503,
    ),
    CardRefusal(
        "card.usage",
        "Ce certificat ne sert pas à se connecter",
        "Votre carte contient deux certificats : vous avez choisi celui de la signature.",
        "Fermez le navigateur, rouvrez-le et choisissez le certificat d'authentification.",
    ),
    CardRefusal(
        "card.weak",
        "Ce certificat n'est plus admis",
        "Il repose sur une technique trop faible pour prouver une identité.",
        _ORDER,
    ),
    CardRefusal(
        "card.test",
        "Ceci est une carte de test",
        "Ce portail n'accepte que de vraies cartes.",
        "Utilisez votre propre carte.",
    ),
    CardRefusal(
        "card.software",
        "Ceci n'est pas une carte",
        "Le certificat présenté est un certificat logiciel, installé sur l'ordinateur.",
        "Insérez votre carte et choisissez son certificat dans la liste que montre le navigateur.",
    ),
    CardRefusal(
        "card.category",
        "Cette carte n'est pas reconnue",
        "Le certificat présenté ne dit pas qu'il est celui d'une carte de professionnel.",
        _SUPPORT,
    ),
    CardRefusal(
        "card.type",
        "Ce type de carte n'ouvre pas ce portail",
        "Votre carte est valable, mais ce portail n'accepte pas les cartes de ce type.",
        _OTHER_WAY,
    ),
    CardRefusal(
        "card.not_nominative",
        "Cette carte ne porte pas de nom",
        "Les cartes de service, sans nom de personne, n'ouvrent pas ce portail : chacun y répond de ses actes.",
        "Demandez une carte à votre nom à l'administrateur de cartes de votre structure. " + _OTHER_WAY,
    ),
    CardRefusal(
        "card.identifier",
        "Identifiant de carte inconnu",
        "Le numéro inscrit dans cette carte n'est pas un identifiant national de professionnel.",
        _SUPPORT,
    ),
    CardRefusal(
        "card.proxy_refused",
        "Le serveur n'a pas accepté cette carte",
        "Le portail l'aurait acceptée, mais pas le serveur qui lit les cartes : leurs listes diffèrent.",
        "L'équipe technique en est avertie. Réessayez dans une heure. " + _OTHER_WAY,
    ),
)
REFUSALS: Mapping[str, CardRefusal] = {refusal.code: refusal for refusal in _ALL}


class CardRefused(Exception):
    """A card does not let in; ``refusal`` tells why."""

    def __init__(self, code: str) -> None:
        self.refusal = REFUSALS[code]
        super().__init__(code)

    @property
    def code(self) -> str:
        """Stable code, for the trail."""
        return self.refusal.code
