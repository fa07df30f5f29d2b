"""Forms of an e-mail change."""

from __future__ import annotations

from functools import partial

import colander

from ...foundation.forms import CodeNode, EmailNode, RuledMapping, repeats
from ...foundation.forms.rules import ADDRESSES_DIFFER
from ...normalise.emails import normalise_email


class AddressSchema(colander.MappingSchema):
    """The new address, twice."""

    email = EmailNode(
        title="Nouvel email", help="Une boîte que vous êtes seul(e) à lire : vos codes et vos alertes y partiront."
    )
    email_again = EmailNode(title="Confirmation nouvel email", autocomplete="off")

    schema_type = partial(RuledMapping, repeats("email", "email_again", ADDRESSES_DIFFER, spelled=normalise_email))


class CodeSchema(colander.MappingSchema):
    """The code that came to the new address."""

    code = CodeNode(title="Code reçu à la nouvelle adresse", help="Six chiffres, valables 10 minutes.")
