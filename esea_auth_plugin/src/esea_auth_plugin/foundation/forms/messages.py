"""What forms say, through the catalogues of words: a host replaces any sentence of ours without touching the code.

Our own sentences are written in French where they are said, and are their own key. colander's and deform's are English;
``locale/fr/LC_MESSAGES/colander.po`` and ``deform.po`` say them better than their own catalogues.
"""

from __future__ import annotations

from pyramid.i18n import TranslationStringFactory, get_localizer

from ...pyramid_types import Configurator, PortalRequest

DOMAIN = "esea_auth_plugin"
#: For sentences with a number in them: ``_("Au plus ${most}.", mapping={"most": 3})``.
_ = TranslationStringFactory(DOMAIN)

_DOMAINS = "esea.word_domains"


def add_words(config: Configurator, package: str) -> None:
    """Directive ``config.add_words("my_host")``: read the catalogues in ``my_host/locale``.

    What is added later wins. A catalogue named after a plugin (``locale/fr/LC_MESSAGES/esea_auth_plugin.mo``) replaces
    that plugin's sentences; the plugin's ``.pot`` lists them.
    """
    config.add_translation_dirs(f"{package}:locale", override=True)

    def note() -> None:
        domains = config.registry.setdefault(_DOMAINS, [])
        if package not in domains:
            domains.append(package)

    config.action(("esea-words", package), note)


def translate(request: PortalRequest, message: object) -> object:
    """Return what to say for a message: a sentence of ours, or one of colander or deform.

    A plain sentence is looked up in each plugin's catalogue, and stands as it is when none replaces it.
    """
    if hasattr(message, "__html__"):
        return message  # a piece of a page, not a sentence
    localizer = get_localizer(request)
    if getattr(message, "domain", None):
        return str(localizer.translate(message))
    sentence = str(message)
    for domain in request.registry.get(_DOMAINS, ()):
        said = localizer.translate(sentence, domain=domain)
        if said != sentence:
            return str(said)
    return sentence


def includeme(config: Configurator) -> None:
    """Add the directive and our own catalogues; pages speak French unless a host names another negotiator."""
    config.add_directive("add_words", add_words)
    config.add_translation_dirs("colander:locale", "deform:locale")
    config.set_locale_negotiator(portal_language)
    add_words(config, DOMAIN)


def portal_language(request: PortalRequest) -> str:
    """Return the language of the portal's words: never what an address or a cookie asks for."""
    return "fr"
