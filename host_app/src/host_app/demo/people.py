"""The people of the demo. All are fictional; their RPPS numbers pass the key and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass

#: Everybody's password in the demo; the policy accepts it.
PASSWORD = "Estuaire-Palourde-Vendange-58"  # noqa: S105 - of fictional people, shown on /demo

#: Codes with their list (« NOS » of the Agence du Numérique en Santé), as the forms write them.
CIVILITY = {"M.": "1.2.250.1.213.1.6.1.69|M", "Mme": "1.2.250.1.213.1.6.1.69|MME"}
PROFESSION = {"Médecin": "1.2.250.1.71.1.2.7|10", "Infirmier": "1.2.250.1.71.1.2.7|60"}
DEPARTMENT = {
    "Gironde": "1.2.250.1.71.1.2.16|33",
    "Landes": "1.2.250.1.71.1.2.16|40",
    "Pyrénées-Atlantiques": "1.2.250.1.71.1.2.16|64",
}


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

    @property
    def attributes(self) -> dict[str, str]:
        """Identity attributes, the way the sign-up keeps them."""
        found = {
            "civility": CIVILITY[self.civility],
            "first_name": self.first_name,
            "last_name": self.last_name,
            "workplace": "CH de démonstration",
            "city": "Bordeaux",
            "department": DEPARTMENT["Gironde"],
            "phone": "+33556000000",
        }
        return {**found, "rpps": self.rpps, "profession": PROFESSION["Médecin"]} if self.rpps else found


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
        "nadia.berthier",
        "Nadia",
        "Berthier",
        "Mme",
        "Support du portail, troisième personne : rétablit des rôles après une récupération que les deux autres ont "
        "acceptée.",
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
        "thomas.ibarra",
        "Thomas",
        "Ibarra",
        "M.",
        "Médecin régulateur : son inscription à l'Espace Pro attend l'équipe ORU.",
        rpps="99900000045",
        services=("espace-pro", "ror"),
    ),
    DemoPerson(
        "emilie.garat",
        "Émilie",
        "Garat",
        "Mme",
        "Cadre de nuit : sa demande d'accès au ROR attend le support.",
    ),
    DemoPerson(
        "celine.maury",
        "Céline",
        "Maury",
        "Mme",
        "Cadre de garde : admise à l'Espace Pro, déclare les difficultés de son établissement de Gironde.",
        services=("espace-pro",),
    ),
    DemoPerson(
        "yves.lacaze",
        "Yves",
        "Lacaze",
        "M.",
        "Régulateur du SAMU 33 : admis à l'Espace Pro, répond aux demandes de temporisation.",
        services=("espace-pro",),
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
