"""Resource of the mailed link: `/connexion/retrouver`."""

from __future__ import annotations

from ...foundation.mailed_link import MailedLink


class RegainResource(MailedLink):
    """`/connexion/retrouver`: a new password, then a new device, once the token has left the address."""

    title = "Retrouver l’accès à mon compte"
    cookie = "retrouver"
