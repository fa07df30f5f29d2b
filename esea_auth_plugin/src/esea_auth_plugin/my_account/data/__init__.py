"""« Télécharger mes données » (RGPD art. 15 and 20): what each package knows of the person, in one JSON file.

Packages and other plugins add their part with ``config.add_personal_data(name, collector)``.
"""

from __future__ import annotations

from ...interfaces import AccountEntry, AccountGroup, IAccountRoot
from ...pyramid_types import Configurator
from . import sections
from .resources import DataResource


def includeme(config: Configurator) -> None:
    """Hang the page and declare the parts of the packages that know nothing of it."""
    config.add_portal_child("mes-donnees", DataResource, parent=IAccountRoot)
    config.add_audit_action("data.downloaded", "Copie de mes données téléchargée")
    for name, collector in sections.SECTIONS.items():
        config.add_personal_data(name, collector)
    config.add_account_entry(
        AccountEntry(
            "Télécharger mes données",
            "/compte/mes-donnees",
            AccountGroup.DATA,
            "Une copie de tout ce que le portail garde de vous.",
            order=20,
        )
    )
    config.scan(".views")
