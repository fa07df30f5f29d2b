"""The mode « QR code » (``/connexion/qr``): a workstation without a reader is opened by the person's telephone.

The workstation shows a code (as a QR code and typed) and a number of two digits. The telephone opens ``/qr/CODE`` on
our origin, sees which service is asked for from where, types the number, and signs the approval with its passkey. The
workstation collects it with the cookie of its own sign-in. What each step stops:

**QR relay, device-code phishing** (an attacker shows the code of *their own* sign-in to somebody)
    Scanning does nothing: the page says which service, browser, place and minute, warns when telephone and workstation
    are on different networks (or refuses, ``esea_auth.qr.other_network``), and asks for a number that stands on the
    attacker's screen, not in the picture. A code lives 90 seconds and serves once: a mailed one is dead when read.
    The passkey signs on our origin only, so a copy of this page gets no signature; the request and the number typed are
    in what it signs, so a signature obtained for something else approves nothing.
**Session swapping** (somebody's approval ends in another browser, or another account in yours)
    The approval is collected by the cookie of the sign-in that asked, once; a raised session takes its own person's
    approval only. The account that opens is named on every page.
**Shoulder surfing** (the code is read or photographed over a shoulder)
    It lets the thief approve with *their own* passkey at most, never read or collect anything; the number must be read
    from the same screen within the same 90 seconds.
**Push fatigue**
    Nothing is ever pushed: no request appears on a telephone that was not held up to a screen, and no button approves
    without the number and the signature.
**Guessing the number**
    It is compared only under a valid signature, and one wrong one ends the request, by the same update that compares.
**Whoever asks and is nobody**
    « Ce n’est pas moi » warns the support and shuts this mode for that browser, and for its address unless that is a
    whole establishment's, for a quarter of an hour.
**Adding somebody's telephone by QR code**
    The code (60 bits, five minutes) comes from a session at the account's top level; the number pairs one telephone,
    whose answer only that session keeps, once its person has typed the other number, which only that telephone shows.
    A thief who reads the screen and answers first has a number that nobody types. It signs nobody in.

What is left: an attacker who has somebody on the line can have them scan, ignore what the page says and dictate the
number, all within 90 seconds. Nothing here proves that telephone and workstation are side by side; hence
``double-facteur``, below a passkey used on the workstation itself, and ``other_network = refuse`` where telephones are
on the house's network. Whoever stands behind the person and reads code and number together may open *their own* account
on that workstation; its name on every page is all that tells. Whoever shares an address outside a declared
establishment may report requests of their own and so shut this mode there for a quarter of an hour; others stay open.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from ...authentication.registry import enabled_names
from ...directives import report_problems
from ...errors import Problem
from ...events import DeviceReportedLost, DeviceRevoked
from ...pyramid_types import Configurator
from ...services import find
from ...settings import read_section
from .geolocation import Geolocation, geolocation_of, problems_of
from .notifications import LETTER
from .resources import QrResource
from .service import QrRequests, prune
from .settings import PREFIX, QrSettings
from .words import MODE, PASSKEYS

__all__ = ["includeme"]

_ACTIONS = {
    "qr.approved": "Connexion par QR code approuvée sur le téléphone",
    "qr.refused": "Connexion par QR code refusée sur le téléphone",
    "qr.wrong_number": "Connexion par QR code arrêtée : nombre faux",
    "qr.unconfirmed": "Connexion par QR code arrêtée : le téléphone attend sa confirmation par courriel",
    "qr.reported": "Demande par QR code signalée : « Ce n’est pas moi »",
    "qr.phone_paired": "Téléphone associé par QR code pour y créer une clé d’accès",
}


def includeme(config: Configurator) -> None:
    """Publish the services, hang the telephone's pages; they answer only while the mode is enabled."""
    registry = config.registry

    def revoked(event: DeviceRevoked | DeviceReportedLost) -> None:
        # What a telephone's key approved ends with the key before the workstation collected it; its sessions end too.
        if event.mode == PASSKEYS:
            find(registry, QrRequests).end_of_key(event.session, event.subject, event.reference)

    def end_requests(session: Session, subject: str, kept: str) -> None:
        find(registry, QrRequests).end_of_person(session, subject)

    read_section(config, QrSettings, PREFIX)
    config.add_service(QrRequests, QrRequests)
    config.add_service(Geolocation, geolocation_of)
    config.add_audit_actions(_ACTIONS)
    config.add_email(LETTER, "esea_auth_plugin:auth_modes/qr_code/emails/reported")
    config.add_job("qr.prune", prune, every=timedelta(hours=1))
    config.add_subscriber(revoked, DeviceRevoked)
    config.add_subscriber(revoked, DeviceReportedLost)
    config.add_revocable("qr_request", end_requests)
    config.add_portal_child("qr", QrResource)
    config.scan(".phone_views")
    config.scan(".enrol_phone_views")
    enabled = enabled_names(registry.settings)
    if MODE in enabled:
        config.action(None, lambda: _check(config, PASSKEYS in enabled), order=1_000)


def _check(config: Configurator, passkeys: bool) -> None:
    where = config.registry.settings.get("__file__", "")
    problems = problems_of(find(config.registry, QrSettings), where)
    if not passkeys:
        cause = f"enables `{MODE}` without `{PASSKEYS}`, by which telephones sign"
        problems.append(Problem("esea_auth.modes", where, cause, f"add `{PASSKEYS}`"))
    report_problems(config, problems)
