"""The main way, step by step, as the page of the demo and its JSON tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One thing that one person does at one address."""

    who: str
    does: str
    path: str
    link: str


STEPS = (
    WalkStep(
        "Le professionnel",
        "s'inscrit sans carte CPS, en quatre étapes, et demande l'Espace Pro.",
        "/inscription?service=espace-pro",
        "S'inscrire",
    ),
    WalkStep("Le professionnel", "lit l'accusé de réception et la référence.", "/demo/courriels", "Voir les courriels"),
    WalkStep(
        "Le support",
        "(claire.dumas) se connecte, examine la demande et l'accepte.",
        "/support/inscriptions",
        "Ouvrir la file des inscriptions",
    ),
    WalkStep(
        "Le professionnel",
        "ouvre le jeton de confirmation reçu par courriel et donne son mot de passe : son compte est actif.",
        "/demo/courriels",
        "Voir les courriels",
    ),
    WalkStep(
        "Le professionnel",
        "se connecte par mot de passe et code reçu par courriel, puis remplit l'inscription à l'Espace Pro.",
        "/connexion?service=espace-pro",
        "Se connecter à l'Espace Pro",
    ),
    WalkStep(
        "L'équipe ORU",
        "(sophie.laborde) se connecte et accepte l'inscription.",
        "/espace-pro/gestion",
        "Ouvrir la gestion de l'Espace Pro",
    ),
    WalkStep("Le professionnel", "entre dans l'Espace Pro.", "/espace-pro", "Ouvrir l'Espace Pro"),
    WalkStep(
        "La cadre de garde",
        "(celine.maury) déclare une difficulté ; le régulateur du SAMU (yves.lacaze) lui répond.",
        "/espace-pro/difficultes",
        "Ouvrir les difficultés en cours",
    ),
)
