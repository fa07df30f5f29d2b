"""Signing in through a certified provider: every rule of matching, shared workstations, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from tests.interop.psc.journeys import (
    actions,
    come_in,
    is_signed_in,
    keep,
    leave,
    refusals,
    registered,
    said,
    sessions,
)
from tests.interop.psc.provider import Provider, Visitor, changed
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID, RPPS

from esea_auth_plugin.auth_modes.pro_sante_connect.models import PscIdentifier, PscSession
from esea_auth_plugin.interfaces import AccountState, IAccounts, IExternalIdentities, ISessions
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Portal

OTHER_RPPS = "99900000029"
UUID = "7d0f3a3e-6c57-4b0e-9a55-111111111111"


def test_a_proven_rpps_signs_in_at_the_first_visit_and_links_the_identity(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    assert come_in(browser, Visitor()).location.endswith("/compte/premiere-liaison?retour=%2Fcompte")
    assert is_signed_in(browser, person)
    with portal.db.reading() as session:
        link = portal.find(IExternalIdentities).find(session, psc.auth, NATIONAL_ID)
        kept = {tuple(row) for row in session.execute(select(PscIdentifier.origin, PscIdentifier.value))}
    assert link.account == person.subject
    assert kept == {("SubjectNameID", NATIONAL_ID), ("RPPS", RPPS), ("sub", CLAIMS["sub"])}


def test_the_way_there_asks_what_psc_wants(portal: Portal, psc: Provider) -> None:
    """Its authorization host is not its issuer's, and nothing of the verifier or of the secret is in the address."""
    address = leave(portal.browser())
    assert address.startswith(f"{psc.wallet}/auth?")
    for part in (
        "response_type=code",
        "scope=openid+scope_all",
        "acr_values=eidas1",
        "code_challenge_method=S256",
        "state=",
        "nonce=",
    ):
        assert part in address
    assert "verifier" not in address
    assert psc.secret not in address


def test_the_service_asked_for_opens(portal: Portal, psc: Provider) -> None:
    registered(portal, services=["espace-pro"])
    psc.present(CLAIMS)
    browser = portal.browser()
    page = come_in(browser, Visitor(), service="espace-pro").follow()
    # The first time, what the account had before is asked about on the way.
    assert keep(page, "Mot de passe", "Adresse électronique").location.endswith("/services/espace-pro")


def test_the_session_lives_four_hours_from_psc_s_own_proof(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(changed(CLAIMS, authMode="CARD"))
    browser = portal.browser()
    before = portal.clock.now()
    come_in(browser, Visitor())
    with portal.db.reading() as session:
        view = portal.find(ISessions).of_subject(session, person.subject)[0]
    assert before + timedelta(hours=3, minutes=58) < view.ends_at <= before + timedelta(hours=4, minutes=1)
    latest_end = view.proofs[0].latest_end
    assert latest_end is not None
    assert view.ends_at <= latest_end
    assert view.proofs[0].means == ("sc", "pin", "mfa")


def test_of_psc_s_tokens_only_the_sealed_id_token_is_kept(portal: Portal, psc: Provider) -> None:
    registered(portal)
    psc.present(CLAIMS)
    come_in(portal.browser(), Visitor())
    with portal.db.reading() as session:
        row = session.scalars(select(PscSession)).one()
        sealed, texts = row.sealed, [row.sub, row.sid, row.issuer]
    assert sealed
    assert "eyJ" not in " ".join([sealed, *texts])


def test_a_national_identifier_that_becomes_a_uuid_finds_the_account_by_the_rpps(portal: Portal, psc: Provider) -> None:
    """(j) The new identifier is kept beside the old one, and works alone from then on."""
    person = registered(portal)
    psc.present(CLAIMS)
    come_in(portal.browser(), Visitor())
    psc.present(changed(CLAIMS, sub="autre-sub", SubjectNameID=UUID))
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, person)
    assert "psc.identifiers_changed" in actions(portal)
    psc.present(changed(CLAIMS, sub="encore-un-autre", SubjectNameID=UUID, otherIds=[]))
    third = portal.browser()
    come_in(third, Visitor())
    assert is_signed_in(third, person)


def test_the_sub_is_the_last_resort(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    come_in(portal.browser(), Visitor())
    psc.present(changed(CLAIMS, SubjectNameID="ANS20231122132732", otherIds=[]))
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, person)


def test_two_accounts_of_one_person_open_neither_and_ask_the_support_once(portal: Portal, psc: Provider) -> None:
    first, second = registered(portal), registered(portal, origin="support")
    psc.present(CLAIMS)
    for _ in range(2):
        browser = portal.browser()
        page = said(come_in(browser, Visitor()))
        assert "deux comptes" in page
        assert not is_signed_in(browser, first)
        assert not is_signed_in(browser, second)
    assert sessions(portal) == 0
    assert actions(portal).count("psc.conflict") == 1
    assert refusals(portal) == ["sign_in.blocked_identity"] * 2


def test_an_unknown_professional_is_led_to_the_sign_up(portal: Portal, psc: Provider) -> None:
    psc.present(CLAIMS)
    browser = portal.browser()
    page = come_in(browser, Visitor()).follow()
    assert page.request.path == "/connexion/identite"
    assert "Exemple" in text(page)
    assert sessions(portal) == 0


def test_several_activities_leave_the_choice(portal: Portal, psc: Provider) -> None:
    practice = CLAIMS["SubjectRefPro"]["exercices"][0]
    other = {**practice, "activities": [{**practice["activities"][0], "raisonSocialeSite": "CLINIQUE FICTIVE"}]}
    psc.present(changed(CLAIMS, SubjectRefPro={"exercices": [practice, other]}))
    browser = portal.browser()
    page = come_in(browser, Visitor()).maybe_follow()
    assert "Avec quelle activité" in text(page)
    form = next(form for form in page.forms.values() if "reponse" in form.fields)
    form["reponse"] = "1"
    page = form.submit("", index=0).follow()
    assert "CLINIQUE FICTIVE" in text(page)
    assert "ESTUAIRE" not in text(page)


def test_a_session_that_psc_had_open_already_is_asked_about(portal: Portal, psc: Provider) -> None:
    """On a shared workstation it may be the colleague's of before."""
    person = registered(portal)
    psc.present(CLAIMS)
    browser, visitor = portal.browser(), Visitor()
    keep(come_in(browser, visitor).follow())
    portal.clock.advance(minutes=2)
    again = portal.browser()
    page = come_in(again, visitor).maybe_follow()
    assert "Continuer en tant que Alix Exemple" in text(page)
    assert not is_signed_in(again, person)
    page = again.get("/connexion/psc")
    assert press(page, "Continuer en tant que Alix Exemple").location.endswith("/compte")
    assert is_signed_in(again, person)


def test_somebody_else_s_session_is_ended_there_and_signs_nobody_in(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    visitor = Visitor()
    come_in(portal.browser(), visitor)
    portal.clock.advance(minutes=2)
    browser = portal.browser()
    come_in(browser, visitor)
    page = browser.get("/connexion/psc")
    form = next(form for form in page.forms.values() if "reponse" in form.fields)
    end_session_url = browser.post("/connexion/psc/pas-moi", {"csrf_token": form["csrf_token"].value}).follow()
    assert f'action="{psc.auth}/session/end"' in end_session_url.text
    assert not is_signed_in(browser, person)
    assert "Continuer en tant que" not in browser.get("/connexion/psc").text


def test_an_open_session_at_psc_is_no_fresh_proof(portal: Portal, psc: Provider) -> None:
    """Whoever must prove it is really them for a sensitive act is asked by PSC again."""
    registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    come_in(browser, Visitor())
    page = browser.get("/connexion?recent=1&retour=/compte")
    address = press(page, "S'identifier avec Pro Santé Connect").location
    assert "prompt=login" in address


def test_another_person_s_proof_opens_no_step_up_and_leaves_nothing(portal: Portal, psc: Provider) -> None:
    """The sign-in is refused before a session of PSC or a use of the link is written for the other account."""
    person, other = registered(portal), portal.person(first_name="Alix", last_name="Exemple")
    with portal.db.writing() as session:
        portal.find(IAccounts).change_attributes(session, other.subject, {"rpps": OTHER_RPPS}, origin="card")
    psc.present(CLAIMS)
    browser = portal.browser()
    come_in(browser, Visitor())
    theirs = [{"identifiant": f"8{OTHER_RPPS}", "origine": "RPPS", "qualite": 1}]
    psc.present(changed(CLAIMS, sub="autre-sub", SubjectNameID=f"8{OTHER_RPPS}", otherIds=theirs))
    page = browser.get("/connexion?recent=1&retour=/compte")
    said(browser.get(Visitor().go(press(page, "S'identifier avec Pro Santé Connect").location)))
    assert refusals(portal) == ["sign_in.other_person"]
    assert is_signed_in(browser, person)
    with portal.db.reading() as session:
        assert len(session.scalars(select(PscSession)).all()) == 1
        assert OTHER_RPPS not in session.scalars(select(PscIdentifier.value)).all()


def test_a_suspended_account_stays_out(portal: Portal, psc: Provider) -> None:
    """Row 24: the same gate on every path."""
    person = registered(portal)
    psc.present(CLAIMS)
    come_in(portal.browser(), Visitor())
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, person.subject, AccountState.SUSPENDED, reason="test")
    browser = portal.browser()
    assert "ne peut pas aboutir" in said(come_in(browser, Visitor()))
    assert not is_signed_in(browser, person)


def test_keys_that_are_of_no_use_do_not_spoil_the_set(portal: Portal, psc: Provider) -> None:
    """RFC 7517, 5: what can't be read or used is left out; one odd key put everybody out."""
    person = registered(portal)
    psc.present(CLAIMS)
    psc.fail(jwks="bad_neighbours")
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, person)
