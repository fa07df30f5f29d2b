"""Settings of the Espace Pro (prefix ``oru_espace_pro.``)."""

from __future__ import annotations

from dataclasses import dataclass

from esea_auth_plugin.options import option
from esea_auth_plugin.pyramid_types import Configurator
from esea_auth_plugin.settings import read_section
from esea_auth_plugin.values import BadValue, email, integer, pairs

PREFIX = "oru_espace_pro."


def figures(value: str) -> dict[str, int]:
    """``samu = 13`` lines, for the three figures of the region."""
    found = pairs(value)
    if set(found) != {"samu", "smur", "su"}:
        raise BadValue("is not the three figures", "write three lines: `samu = 13`, `smur = 48`, `su = 65`")
    count = integer(0, 10_000)
    return {name: count(number) for name, number in found.items()}


def local_path(value: str) -> str:
    """An address inside this site."""
    if not value.startswith("/") or value.startswith(("//", "/\\")) or not value.isprintable():
        raise BadValue("is not an address of this site", "write a path that begins with one slash")
    return value


@dataclass(frozen=True, slots=True)
class OruSettings:
    """What an integrator may change without touching the code."""

    contact_email: str = option("contact.ror@oruna.fr", parse=email, doc="Mail of the ORU team, on pages and emails")
    sign_in_path: str = option(
        "/connexion?service=espace-pro", parse=local_path, doc="Where « Connexion via l'Espace régional » leads"
    )
    access_path: str = option(
        "/services/espace-pro/adhesion", parse=local_path, doc="Where access to the service is asked for (step 1 of 2)"
    )
    sign_up_path: str = option(
        "/inscription?service=espace-pro", parse=local_path, doc="Where somebody without an account begins"
    )
    official_figures: dict[str, int] = option(
        {"samu": 13, "smur": 48, "su": 65}, parse=figures, doc="Official figures of the region, three lines"
    )
    official_source: str = option(
        "mode d'emploi de l'Espace Pro, ORU Nouvelle-Aquitaine", doc="Where the official figures come from"
    )
    official_date: str = option("juin 2026", doc="When the official figures were published, in words")
    establishments_file: str = option(
        "", doc="CSV that replaces the packaged directory, same columns; empty: the packaged one"
    )
    lists_file: str = option(
        "", doc="JSON that replaces the lists Fonction, Spécialité, Vous êtes; empty: the packaged ones"
    )
    difficulties_file: str = option(
        "", doc="JSON that replaces the natures, levels, motives and actions of difficulties; empty: the packaged ones"
    )
    terms_version: str = option("2026-06", doc="Version of the Espace Pro's CGU that people must have accepted")


def includeme(config: Configurator) -> None:
    """Read the settings and publish them."""
    read_section(config, OruSettings, PREFIX)
