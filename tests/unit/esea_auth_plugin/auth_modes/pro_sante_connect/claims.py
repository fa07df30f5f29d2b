"""Claims of fictional professionals, as Pro Santé Connect writes them; their numbers are nobody's."""

from __future__ import annotations

import copy
from typing import Any

ISSUER = "https://auth.psc.example/realms/esante-wallet"
NATIONAL_ID = "899900000011"
RPPS = "99900000011"

ACTIVITY: dict[str, Any] = {
    "codeModeExercice": "S",
    "codeSecteurDactivite": "SA01",
    "codeRole": "",
    "numeroFinessSite": "330999905",
    "numeroFinessetablissementJuridique": "330999913",
    "identifiantTechniqueDeLaStructure": "F330999905",
    "raisonSocialeSite": "CH FICTIF DE L'ESTUAIRE",
    "numeroVoie": "12",
    "codeTypeDeVoie": "RUE",
    "libelleVoie": "DES EXEMPLES",
    "bureauCedex": "33000 BORDEAUX",
    "codePostal": "33000",
    "codePays": "99000",
    "telephone": "05 56 79 56 79",
    "adresseEMail": "",
}
PRACTICE: dict[str, Any] = {
    "codeProfession": "60",
    "codeCategorieProfessionnelle": "C",
    "nomDexercice": "EXEMPLE",
    "prenomDexercice": "ALIX",
    "codeTypeSavoirFaire": "S",
    "codeSavoirFaire": "SI05",
    "activities": [ACTIVITY],
}
CLAIMS: dict[str, Any] = {
    "sub": f"f:00000000-0000-4000-8000-000000000001:{NATIONAL_ID}",
    "SubjectNameID": NATIONAL_ID,
    "preferred_username": NATIONAL_ID,
    "given_name": "ALIX",
    "family_name": "EXEMPLE",
    "codeCivilite": "MME",
    "email_verified": False,
    "SubjectRole": ["60^1.2.250.1.213.1.1.5.5"],
    "SubjectOrganization": "CH FICTIF DE L'ESTUAIRE",
    "SubjectOrganizationID": "F330999905",
    "Secteur_Activite": "SA01^1.2.250.1.71.4.2.4",
    "Acces_Regulation_Medicale": "FAUX",
    "Mode_Acces_Raison": "",
    "otherIds": [{"identifiant": NATIONAL_ID, "origine": "RPPS", "qualite": 1}],
    "SubjectRefPro": {"exercices": [PRACTICE]},
}


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims with some changed; ``None`` takes one away."""
    found = {**copy.deepcopy(CLAIMS), **changes}
    return {name: value for name, value in found.items() if value is not None}
