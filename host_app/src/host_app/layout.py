"""What this portal changes of the plugins' look: its layout, its foot, its error page. All overrides stand here."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import Configurator


def includeme(config: Configurator) -> None:
    """Name the layout and the pages at the foot of every page; put our own files in the place of the plugin's."""
    config.add_static_folder("host_app:static")
    config.set_portal_layout("host_app:templates/layout.jinja2")
    config.set_accessibility_statement("host_app:texts/accessibility.json", "/accessibilite")
    config.add_footer_link("Mentions légales", "/mentions-legales", 10)
    config.add_footer_link("Données personnelles", "/donnees-personnelles", 20)
    config.add_footer_link("Conditions d'utilisation", "/cgu", 30)
    config.add_footer_link("Contact", "/contact", 40)
