"""The content security policy is strict and widened only to a declared, plain origin."""

from __future__ import annotations

import pytest

from esea_auth_plugin.foundation.web.csp import ContentPolicy


def test_the_policy_knows_no_unsafe_word() -> None:
    header = ContentPolicy().header()
    assert "unsafe" not in header
    assert "form-action 'self';" in header
    assert "default-src 'none'" in header
    assert "frame-ancestors 'none'" in header


def test_a_declared_target_adds_its_origin_only() -> None:
    policy = ContentPolicy()
    policy.allow_form_target("https://service.exemple.fr/chemin?x=1")
    assert "form-action 'self' https://service.exemple.fr;" in policy.header()


@pytest.mark.parametrize("target", ["javascript:alert(1)", "https://a.fr;script-src *", "//a.fr", "https://", "*"])
def test_what_is_no_origin_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        ContentPolicy().allow_form_target(target)
