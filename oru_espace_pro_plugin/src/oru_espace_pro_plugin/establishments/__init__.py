"""The directory of the region's emergency structures: list, map, a page each, download."""

from __future__ import annotations

from datetime import timedelta

from esea_auth_plugin.pyramid_types import Configurator

from ..interfaces import IDirectory, IEspacePro
from .dataset import check_settings
from .importing import import_if_new
from .resources import DirectoryResource
from .service import Directory


def includeme(config: Configurator) -> None:
    """Publish the directory, its job and its pages."""
    check_settings(config)
    config.add_service(IDirectory, Directory)
    config.add_portal_child("etablissements", DirectoryResource, parent=IEspacePro)
    # The first run of the worker fills the directory; later ones see a new release's file within the hour.
    config.add_job("oru.import_directory", import_if_new, every=timedelta(hours=1))
    config.scan(".views")
