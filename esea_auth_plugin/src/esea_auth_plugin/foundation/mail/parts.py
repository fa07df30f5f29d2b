"""Pieces that emails share: the same call writes a button in HTML and a line in plain text."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

_BUTTON = (
    '<table role="presentation" class="button"><tr><td><a href="{url}">{text}</a></td></tr></table>'
    '<p class="fallback">Si le bouton ne répond pas, copiez cette adresse dans votre navigateur :<br>'
    '<a href="{url}">{url}</a></p>'
)


@dataclass(frozen=True, slots=True)
class HtmlParts:
    """Pieces of the HTML part."""

    def button(self, url: str, text: str) -> Markup:
        """Return a link that looks like what it is for, its address in full below."""
        return Markup(_BUTTON).format(url=url, text=text)  # noqa: S704 - format() escapes

    def code(self, code: str) -> Markup:
        """Return a code to type, large, in two groups that select as one."""
        return Markup('<p class="code">{}</p>').format(code)

    def facts(self, *pairs: tuple[str, str]) -> Markup:
        """Return labelled facts."""
        row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
        return Markup('<table class="facts">{}</table>').format(Markup().join(row.format(*pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class TextParts:
    """Pieces of the plain part."""

    def button(self, url: str, text: str) -> str:
        """Return what to do and the address, on lines of their own."""
        return f"{text} :\n{url}"

    def code(self, code: str) -> str:
        """Return a code on a line of its own."""
        return f"    {code}"

    def facts(self, *pairs: tuple[str, str]) -> str:
        """Return labelled facts, one a line."""
        return "\n".join(f"- {label} : {value}" for label, value in pairs)
