"""Forms: colander validates, deform binds, our own accessible Jinja2 widgets render.

deform's own templates and static files are never used: they need inline scripts.
"""

from __future__ import annotations

from ...pyramid_types import Configurator
from .form import Button, Group, Invalid, PortalForm
from .nodes import (
    AcceptNode,
    BirthdayNode,
    CheckNode,
    ChoiceNode,
    ChoicesNode,
    CodeNode,
    DayNode,
    EmailNode,
    HoneypotNode,
    NameNode,
    PasswordNode,
    PhoneNode,
    PostalCodeNode,
    TextNode,
)
from .rules import Rule, RuledMapping, repeats, ruled_schema

__all__ = [
    "AcceptNode",
    "BirthdayNode",
    "Button",
    "CheckNode",
    "ChoiceNode",
    "ChoicesNode",
    "CodeNode",
    "DayNode",
    "EmailNode",
    "Group",
    "HoneypotNode",
    "Invalid",
    "NameNode",
    "PasswordNode",
    "PhoneNode",
    "PortalForm",
    "PostalCodeNode",
    "Rule",
    "RuledMapping",
    "TextNode",
    "includeme",
    "repeats",
    "ruled_schema",
]


def includeme(config: Configurator) -> None:
    """Read the catalogues of words; a form carries its own renderer."""
    config.include(".messages")
