"""The list of related origins: written as browsers write origins, counted as they count, told wrong at the start."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esea_auth_plugin.auth_modes.passkey.related import MAX_LABELS, exact_origin, registrable_labels
from esea_auth_plugin.auth_modes.passkey.settings import PREFIX, PasskeySettings, problems
from esea_auth_plugin.values import BadValue

KEY = f"{PREFIX}related_origins"
FIVE = tuple(f"https://portail.region{number}.fr" for number in range(MAX_LABELS))
PRODUCTION = {"portal.url": "https://portail.example.fr"}


def causes(*origins: str, env: str = "production", **more: str) -> list[str]:
    settings = PasskeySettings(related_origins=origins, rp_id=more.pop("rp_id", ""))
    return [each.cause for each in problems({**PRODUCTION, "portal.env": env, **more}, settings) if each.key == KEY]


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("portail.exemple.fr", "exemple"),
        ("exemple.fr", "exemple"),
        ("portail.exemple.asso.fr", "exemple"),
        ("portail.exemple.co.uk", "exemple"),
        ("exemple.github.io", "exemple"),
        ("portail.intranet.local", "intranet"),
        ("xn--sant-epa.fr", "xn--sant-epa"),
        ("asso.fr", None),
        ("fr", None),
        ("localhost", None),
        ("10.0.0.1", None),
    ],
)
def test_a_host_is_counted_by_the_label_that_somebody_registered(host: str, label: str | None) -> None:
    assert registrable_labels([f"https://{host}:8443"]) == [label]


def test_five_domains_pass_with_as_many_hosts_as_they_have() -> None:
    assert causes(*FIVE, "https://mobile.region1.fr", "https://region1.asso.fr") == []


def test_a_sixth_domain_would_be_left_out_without_a_word_and_stops_the_start() -> None:
    [cause] = causes(*FIVE, "https://portail.region6.fr")
    assert "more than 5 registrable labels" in cause


@pytest.mark.parametrize("env", ["production", ""])
def test_an_origin_without_tls_or_without_a_domain_is_for_development_only(env: str) -> None:
    assert causes("http://autre.exemple.fr", env=env) == ["holds an origin without TLS"]
    assert causes("https://10.0.0.1", env=env) == ["holds a host that browsers leave out"]
    assert causes("http://localhost:6544", "http://autre.exemple.fr", env="development") == []


def test_none_is_the_default_and_nothing_is_read() -> None:
    assert PasskeySettings().related_origins == ()
    assert causes() == []


def test_a_portal_that_changed_its_domain_keeps_its_keys_if_the_new_one_is_listed() -> None:
    kept = PasskeySettings(rp_id="ancien.fr", related_origins=("https://portail.example.fr",))
    assert problems(PRODUCTION, kept) == []
    assert [each.key for each in problems(PRODUCTION, PasskeySettings(rp_id="ancien.fr"))] == [f"{PREFIX}origins"]


@pytest.mark.parametrize(
    "written",
    [
        "https://Autre.exemple.fr",
        "https://autre.exemple.fr:443",
        "http://autre.exemple.fr:80",
        "https://anne@autre.exemple.fr",
        "https://autre.exemple.fr/portail",
        "https://autre.exemple.fr?a=b",
        "https://santé.fr",
        "https://*.exemple.fr",
        "https://[::1]",
        "https://",
        "android:apk-key-hash:abc",
        "null",
    ],
)
def test_what_no_browser_would_ever_send_is_told_at_the_start(written: str) -> None:
    with pytest.raises(BadValue):
        exact_origin(written)


@example("https://autre.exemple.fr:8443")
@given(st.from_regex(r"(?s)https?://.{0,60}"))
def test_what_passes_is_scheme_and_host_and_nothing_more(text: str) -> None:
    try:
        origin = exact_origin(text)
    except (BadValue, ValueError):
        return
    parts = urlsplit(origin)
    assert origin == f"{parts.scheme}://{parts.netloc}" == origin.lower()
    assert not {parts.path, parts.query, parts.fragment} - {""} and parts.username is None
