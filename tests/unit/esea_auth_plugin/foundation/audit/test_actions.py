"""What the trail may say: a closed vocabulary, each word with a French sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from esea_auth_plugin.foundation.audit import actions_of


@pytest.mark.databases("sqlite")
def test_every_action_has_a_french_sentence(package: Callable[..., Any]) -> None:
    registry = package("esea_auth_plugin.foundation.jobs", "esea_auth_plugin.foundation.audit")
    found = dict(actions_of(registry))
    assert found
    assert all(sentence for sentence in found.values())
    assert json.dumps(found)
