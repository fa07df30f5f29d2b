"""The people of the demo. All are fictional; their RPPS numbers pass the key and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass

#: Everybody's password in the demo; the policy accepts it.
PASSWORD = "Estuaire-Palourde-Vendange-58"  # noqa: S105 - of fictional people, shown on /demo


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who may sign in on the demo, and what for."""

    identifier: str
    first_name: str
    last_name: str
    civility: str
    what: str
    rpps: str = ""
    roles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    active: bool = True

    @property
    def email(self) -> str:
        """Address in the demo's mailbox."""
        return f"{self.identifier}@ch-demo.example"


PEOPLE = (
    DemoPerson(
        "claire.dumas",
        "Claire",
        "Dumas",
        "Mme",
        "Support du portail : examine les inscriptions et les demandes d'accès.",
        roles=("support",),
    ),
    DemoPerson(
        "marc.etcheverry",
        "Marc",
        "Etcheverry",
        "M.",
        "Support du portail, second examinateur : deux personnes ne peuvent pas décider de la même demande.",
        roles=("support",),
    ),
    DemoPerson(
        "sophie.laborde",
        "Sophie",
        "Laborde",
        "Mme",
        "Équipe ORU : examine les inscriptions à l'Espace Pro.",
        roles=("oru",),
        services=("espace-pro",),
    ),
    DemoPerson(
        "paul.castets",
        "Paul",
        "Castets",
        "M.",
        "Médecin urgentiste : a déjà accès au service Espace Pro, doit encore s'y inscrire (étape 2/2).",
        rpps="99900000011",
        services=("espace-pro", "ror"),
    ),
    DemoPerson(
        "anne.pierre",
        "Anne",
        "Pierre",
        "Mme",
        "Cadre de santé : a un compte et le ROR, demande l'accès à l'Espace Pro (étape 1/2).",
        rpps="99900000029",
        services=("ror",),
    ),
    DemoPerson(
        "luc.renard",
        "Luc",
        "Renard",
        "M.",
        "Compte suspendu : personne n'entre, et la page ne dit pas pourquoi.",
        active=False,
    ),
)
