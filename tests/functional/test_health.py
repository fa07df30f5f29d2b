"""``/healthz`` and ``/metrics`` say what an operator needs, and nothing about anybody."""

from __future__ import annotations

from esea_auth_plugin.foundation.audit.models import AuditDigest
from esea_auth_plugin.interfaces import IJobs
from esea_auth_plugin.testing.portal import Portal


def test_a_portal_whose_worker_runs_is_well(portal: Portal) -> None:
    portal.find(IJobs).run_due()
    told = portal.app.get("/healthz").json
    assert (told["status"], told["problems"]) == ("ok", [])
    assert told["jobs"]["mail.send"] == 0
    assert told["mail"] == {"waiting": 0, "lost_today": 0}


def test_a_silent_worker_is_told_and_takes_no_page_away(portal: Portal) -> None:
    portal.find(IJobs).run_due()
    portal.clock.advance(minutes=11)
    answer = portal.app.get("/healthz", status=200)
    assert (answer.json["status"], answer.json["problems"]) == ("degraded", ["worker_silent"])


def test_metrics_answer_our_networks_only(portal: Portal) -> None:
    portal.find(IJobs).run_due()
    text = portal.app.get("/metrics").text
    assert "portal_up 1\n" in text
    assert 'portal_job_age_seconds{job="mail.send"} 0\n' in text
    third_party = portal.browser(address="203.0.113.9")
    third_party.get("/metrics", status=404)


def test_neither_opens_a_session_nor_names_anybody(portal: Portal) -> None:
    person = portal.person()
    for path in ("/healthz", "/metrics"):
        answer = portal.app.get(path)
        assert "Set-Cookie" not in answer.headers
        assert person.identifier not in answer.text
        assert person.email not in answer.text


def test_an_old_revocation_list_is_told_with_its_age(card_portal: Portal) -> None:
    card_portal.find(IJobs).run_due()
    told = card_portal.app.get("/healthz").json
    assert (told["status"], len(told["revocation_lists"])) == ("ok", 6)
    assert told["revocation_lists"]["AC IGC-SANTE FORT PERSONNES"] == 0
    card_portal.clock.advance(days=8)
    card_portal.find(IJobs).run_due()
    told = card_portal.app.get("/healthz", status=200).json
    assert (told["status"], told["problems"]) == ("degraded", ["revocation_list_old"])
    assert told["revocation_lists"]["AC IGC-SANTE FORT PERSONNES"] == 8 * 86_400
    age = 'portal_revocation_list_age_seconds{authority="AC RACINE IGC-SANTE FORT"} 691200'
    assert age in card_portal.app.get("/metrics").text


def test_an_event_that_the_portal_did_not_write_is_told(portal: Portal) -> None:
    portal.find(IJobs).run_due()
    with portal.db.writing() as session:
        session.add(AuditDigest(event_id="forged", at=portal.clock.now(), digest="x"))
    portal.clock.advance(minutes=1)
    portal.find(IJobs).run_due()
    told = portal.app.get("/healthz", status=200).json
    assert (told["status"], told["problems"]) == ("degraded", ["audit_trail"])
    metrics = portal.app.get("/metrics").text
    assert 'portal_job_failing{job="audit.seal"} 1\n' in metrics
    assert 'portal_job_failing{job="mail.send"} 0\n' in metrics
