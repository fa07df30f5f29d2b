"""The ways to the pages of one's own devices and of what their loss brings; the portal then has modes that enrol."""

from __future__ import annotations

from collections.abc import Mapping

from tests.browser.pages import AUTH, Arrival, Way, after, anybody
from tests.browser.steps import press as click
from tests.devices import (
    ADD,
    MODES,
    add_on_devices_page,
    by_application,
    give_application,
    give_codes,
    link_to_confirm,
)
from tests.email_change import changed, undo_path
from tests.recovery import accept_twice, lose_everything, mailed_path, with_code

from esea_auth_plugin.interfaces import ExternalIdentity, ILinking, ISessions, LinkBasis
from esea_auth_plugin.testing.pages import press
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.sign_up import path_in, reference_on

SETTINGS: Mapping[str, str] = MODES


def _device(portal: Portal) -> Arrival:
    anne = portal.person()
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    page = browser.get("/compte/dispositifs")
    link = next(each for each in page.html.find_all("a") if each.get_text() == "Gérer Téléphone")
    return browser, str(link["href"])


def _lost(portal: Portal) -> Arrival:
    browser, device = _device(portal)[:2]
    return browser, f"{device}/perdu"


def _enrol(portal: Portal) -> Arrival:
    browser, _ = portal.signed_in()
    return after(press(browser.get("/compte/dispositifs"), ADD))


def _confirm(portal: Portal) -> Arrival:
    browser, anne = portal.signed_in()
    add_on_devices_page(portal, browser)
    return after(portal.browser().get(link_to_confirm(portal, anne)))


def _sheet(portal: Portal) -> Arrival:
    anne = portal.person()
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    address = after(press(browser.get("/compte/dispositifs"), "Imprimer des codes de secours"))[1]
    return browser, address, lambda page: click(page, "Créer mes codes")


def _new_device(portal: Portal) -> Arrival:
    anne = portal.person()
    give_application(portal, anne)
    return after(with_code(portal.browser(), anne, give_codes(portal, anne)[0]))


def _lost_everything(portal: Portal) -> Arrival:
    return portal.browser(), "/connexion/oubli/tout"


def _regain(portal: Portal) -> Arrival:
    anne = portal.person()
    give_application(portal, anne)
    accept_twice(portal, reference_on(lose_everything(portal, anne.identifier)))
    return after(portal.browser().get(mailed_path(portal, anne.email)))


def _former_address(portal: Portal) -> Arrival:
    browser, anne = portal.signed_in()
    changed(portal, browser)
    return after(portal.browser().get(undo_path(portal, anne)))


def _contest(portal: Portal) -> Arrival:
    browser, anne = portal.signed_in()
    changed(portal, browser)
    letter = next(each for each in reversed(portal.emails(anne.email)) if "/signalement/" in each.text)
    return after(portal.browser().get(path_in(letter, "/signalement/")))


def _first_link(portal: Portal) -> Arrival:
    anne = portal.person(mobile="+33612345678")
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    identity = ExternalIdentity("https://autorite.example", "899900000011", kind="card", origin="card", label="Carte")
    with portal.db.writing() as session:
        [view] = portal.find(ISessions).of_subject(session, anne.subject)
        portal.find(ILinking).link(
            session, anne.subject, identity, mode="cps_card", basis=LinkBasis.BOTH_PROVEN, session_id=view.id
        )
    return browser, "/compte/premiere-liaison"


DEVICE_WAYS: Mapping[str, Way] = {
    f"{AUTH}:authentication/credentials/templates/device.jinja2": _device,
    f"{AUTH}:authentication/credentials/loss/templates/lost.jinja2": _lost,
    f"{AUTH}:authentication/credentials/templates/enrol.jinja2": _enrol,
    f"{AUTH}:authentication/credentials/pending/templates/confirm.jinja2": _confirm,
    f"{AUTH}:authentication/credentials/first_link/templates/first_link.jinja2": _first_link,
    f"{AUTH}:recovery/device_replacement/templates/choose.jinja2": _new_device,
    f"{AUTH}:auth_modes/recovery_codes/templates/sheet.jinja2": _sheet,
    f"{AUTH}:recovery/lost_authenticators/templates/ask.jinja2": _lost_everything,
    f"{AUTH}:recovery/lost_authenticators/templates/device.jinja2": anybody("/connexion/oubli/dispositif"),
    f"{AUTH}:recovery/lost_authenticators/templates/regain.jinja2": _regain,
    f"{AUTH}:my_account/email_change/templates/undo.jinja2": _former_address,
    f"{AUTH}:my_account/notices/templates/contest.jinja2": _contest,
}
