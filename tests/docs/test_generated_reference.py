"""The reference is made from a configured portal: whatever code declares is on its page."""

from __future__ import annotations

import re

import pytest
from docs._ext.generated_reference import page_part
from sphinx.errors import ExtensionError
from tests.docs.samples import DOCS, pages

from esea_auth_plugin.commands.line import parser
from esea_auth_plugin.directives import permissions_of, roles_of
from esea_auth_plugin.foundation.audit import actions_of
from esea_auth_plugin.foundation.jobs.declared import jobs_of
from esea_auth_plugin.foundation.mail.declared import emails_of
from esea_auth_plugin.testing.portal import Portal


@pytest.mark.parametrize(
    ("part", "declared"),
    [
        ("permissions", permissions_of),
        ("roles", roles_of),
        ("jobs", lambda registry: jobs_of(registry)),
        ("emails", lambda registry: emails_of(registry)),
        ("audit actions", actions_of),
    ],
)
def test_each_declaration_is_listed(portal: Portal, part: str, declared: object) -> None:
    assert callable(declared)
    listed = set(re.findall(r"^\| `([^`]+)` \|", page_part(part), re.MULTILINE))
    assert set(declared(portal.registry)) <= listed


def test_each_command_is_listed() -> None:
    usage = parser().format_help()
    text = page_part("command line")
    for name in ("migrate", "worker", "account invite", "audit verify", "doctor", "keys new", "settings-doc"):
        assert name.split()[0] in usage
        assert f"`{name}`" in text


def test_each_setting_and_directive_has_its_line() -> None:
    assert "`oru_espace_pro.contact_email`" in page_part("settings")
    directives = page_part("directives")
    for name in ("add_portal_child", "add_request_kind", "set_portal_layout", "add_auth_mode"):
        assert f"`config.{name}`" in directives


def test_a_page_that_asks_for_an_unknown_part_stops_the_build() -> None:
    with pytest.raises(ExtensionError, match="unknown name"):
        page_part("nothing of the kind")


def test_every_generated_part_is_used_by_a_page() -> None:
    text = "".join((DOCS / page).read_text(encoding="utf-8") for page in pages())
    used = set(re.findall(r"^% generated: (.+)$", text, re.MULTILINE))
    assert {f"tests of row {number}" for number in range(1, 34)} < used
    for name in used:
        assert page_part(name).strip(), name
