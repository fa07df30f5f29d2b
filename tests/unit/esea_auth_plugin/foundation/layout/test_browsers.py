"""Browsers in words: what its owner recognises, and nothing of what anybody may write in a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.layout.browsers import UNKNOWN, browser_fr


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox sur Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari sur Mac"),
        ("Mozilla/5.0 (Linux; Android 14) SamsungBrowser/25.0 Chrome/121.0", "Samsung Internet sur Android"),
        ("curl/8.0", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_browser_is_told_as_its_owner_knows_it(user_agent: str | None, words: str) -> None:
    assert browser_fr(user_agent) == words


@given(st.text())
def test_nothing_of_the_header_itself_is_ever_shown(user_agent: str) -> None:
    known = {"Firefox", "Edge", "Chrome", "Safari", "Opera", "Samsung", "Internet", "Navigateur", "inconnu", "sur"}
    systems = {"Windows", "iPhone", "iPad", "Android", "ChromeOS", "Mac", "Linux"}
    assert set(browser_fr(user_agent).split()) <= known | systems
