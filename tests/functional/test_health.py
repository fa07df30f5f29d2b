"""``/healthz`` and ``/metrics`` say what an operator needs, and nothing about anybody."""

from __future__ import annotations

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
    stranger = portal.browser(address="203.0.113.9")
    stranger.get("/metrics", status=404)


def test_neither_opens_a_session_nor_names_anybody(portal: Portal) -> None:
    person = portal.person()
    for path in ("/healthz", "/metrics"):
        answer = portal.app.get(path)
        assert "Set-Cookie" not in answer.headers
        assert person.identifier not in answer.text
        assert person.email not in answer.text
