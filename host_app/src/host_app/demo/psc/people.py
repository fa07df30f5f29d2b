"""Fictional professionals of the demo's Pro Santé Connect; their numbers pass the key and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from esea_auth_plugin.pyramid_types import JsonObject

#: What takes the place of a national identifier once the registers have merged two of a person.
MERGED_ID = "5b6f5a0e-3c0b-4a55-9a4e-0123456789ab"


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody who may identify themselves here. ``places``: (name, FINESS, postal code and town)."""

    national_id: str
    first_name: str
    last_name: str
    civility: str
    profession: str
    what: str
    specialty: str = ""
    places: tuple[tuple[str, str, str], ...] = field(default=(("CH DE DEMONSTRATION", "330999905", "33000 BORDEAUX"),))

    @property
    def sub(self) -> str:
        """The technical subject."""
        return f"f:00000000-0000-4000-8000-000000000000:{self.national_id}"

    @property
    def name(self) -> str:
        """As the page shows it."""
        return f"{self.first_name.title()} {self.last_name.title()}"

    def claims(self, *, merged: bool = False) -> JsonObject:
        """Return what userinfo tells. :param merged: the national identifier has become a UUID, the RPPS stays."""
        others: list[JsonObject] = []
        if self.national_id.startswith("8"):
            others.append({"identifiant": self.national_id, "origine": "RPPS", "qualite": 1})
        if merged:
            others.append({"identifiant": MERGED_ID, "origine": "PSI", "qualite": 2})
        name_id = MERGED_ID if merged else self.national_id
        found = {
            "sub": self.sub,
            "SubjectNameID": name_id,
            "preferred_username": name_id,
            "given_name": self.first_name,
            "family_name": self.last_name,
            "codeCivilite": self.civility,
            "email_verified": False,
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
            "UITVersion": "1.0",
            "otherIds": others,
        }
        if self.profession:
            found["SubjectRole"] = [f"{self.profession}^1.2.250.1.213.1.1.5.5"]
            found["SubjectRefPro"] = {"exercices": [self._practice()]}
        return found

    def _practice(self) -> JsonObject:
        return {
            "codeProfession": self.profession,
            "codeCategorieProfessionnelle": "C",
            "codeTypeSavoirFaire": "S" if self.specialty else "",
            "codeSavoirFaire": self.specialty,
            "activities": [
                {
                    "codeModeExercice": "S",
                    "raisonSocialeSite": name,
                    "numeroFinessSite": finess,
                    "identifiantTechniqueDeLaStructure": f"F{finess}",
                    "libelleVoie": "PLACE DE LA DEMONSTRATION",
                    "bureauCedex": town,
                    "codePostal": town[:5],
                    "codePays": "99000",
                    "telephone": "0556000000",
                }
                for name, finess, town in self.places
            ],
        }


PROFESSIONALS = (
    Professional(
        "899900000011", "PAUL", "CASTETS", "M", "10", "A un compte dont le numéro RPPS est prouvé : entre directement."
    ),
    Professional("899900000029", "ANNE", "PIERRE", "MME", "60", "A un compte, elle aussi."),
    Professional(
        "899900000052",
        "NADIA",
        "SANCHEZ",
        "MME",
        "10",
        "N'a pas de compte : l'inscription arrive remplie.",
        specialty="SM59",
    ),
    Professional(
        "899900000060",
        "HUGO",
        "LAFITTE",
        "M",
        "60",
        "N'a pas de compte et exerce en deux lieux : il choisit.",
        places=(
            ("CH DE DEMONSTRATION", "330999905", "33000 BORDEAUX"),
            ("CLINIQUE DE DEMONSTRATION", "640999900", "64000 PAU"),
        ),
    ),
    Professional("ANS20260101000001", "ALEX", "ESSAI", "M", "", "Identité de test, sans profession ni numéro RPPS."),
)


def by_sub(sub: str) -> Professional | None:
    """Return a professional by the technical subject."""
    return next((each for each in PROFESSIONALS if each.sub == sub), None)


def by_national_id(national_id: str) -> Professional | None:
    """Return a professional by the national identifier."""
    return next((each for each in PROFESSIONALS if each.national_id == national_id), None)
