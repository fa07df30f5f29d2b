"""``/healthz`` (JSON, 503 when something needs a hand) and ``/metrics`` (Prometheus text, for our own networks)."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.normalise.addresses import parse_address, parse_network, within
from esea_auth_plugin.pyramid_types import PortalRequest
from esea_auth_plugin.services import find
from esea_auth_plugin.settings import FoundationSettings

from .facts import Health, look


@view_config(route_name="healthz", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def healthz(request: PortalRequest) -> Response:
    """Tell a load balancer whether to send people here, and an operator in a word what is wrong."""
    health = look(request.registry)
    # A silent worker delays mail; it is no reason to take the pages away.
    broken = {"database_away", "migrations_behind"} & set(health.problems)
    body = {
        "status": "down" if broken else "degraded" if health.problems else "ok",
        "problems": list(health.problems),
        "jobs": health.job_ages,
        "mail": {"waiting": health.emails_waiting, "lost_today": health.emails_lost},
        **({"revocation_lists": health.list_ages} if health.list_ages else {}),
    }
    return Response(json_body=body, status=503 if broken else 200)


@view_config(route_name="metrics", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def metrics(request: PortalRequest) -> Response:
    """Answer the networks of ``portal.metrics_networks``; to all others the address does not exist."""
    networks = find(request, FoundationSettings).metrics_networks
    if not within(parse_address(request.client_address), map(parse_network, networks)):
        raise HTTPNotFound
    return Response(_prometheus(look(request.registry)), content_type="text/plain", charset="utf-8")


def _prometheus(health: Health) -> str:
    lines = [f"portal_up {int('database_away' not in health.problems)}"]
    for name, age in sorted(health.job_ages.items()):
        if age is not None:
            lines.append(f'portal_job_age_seconds{{job="{name}"}} {age:.0f}')
    lines += [f'portal_job_failing{{job="{name}"}} {int(name in health.failing_jobs)}' for name in health.job_ages]
    for authority, age in sorted(health.list_ages.items()):
        lines.append(
            f'portal_revocation_list_age_seconds{{authority="{authority}"}} {"NaN" if age is None else f"{age:.0f}"}'
        )
    lines.append(f"portal_mail_waiting {health.emails_waiting}")
    lines.append(f"portal_mail_oldest_seconds {health.oldest_letter:.0f}")
    lines.append(f"portal_mail_lost_today {health.emails_lost}")
    return "\n".join(lines) + "\n"
