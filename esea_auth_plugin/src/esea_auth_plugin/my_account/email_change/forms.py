"""Forms of an e-mail change."""

from __future__ import annotations

import colander

from ...foundation.forms import CodeNode, EmailNode
from ...normalise.emails import normalise_email
from ...pyramid_types import Json


class AddressSchema(colander.MappingSchema):
    """The new address, twice."""

    email = EmailNode(
        title="Nouvel email", help="Une boîte que vous êtes seul(e) à lire : vos codes et vos alertes y partiront."
    )
    email_again = EmailNode(title="Confirmation nouvel email", autocomplete="off")

    def validator(self, node: colander.SchemaNode, values: Json) -> None:
        """Both are the same."""
        if normalise_email(values["email"]) != normalise_email(values["email_again"]):
            error = colander.Invalid(node)
            error["email_again"] = "Les deux adresses diffèrent : saisissez-les de nouveau."
            raise error


class CodeSchema(colander.MappingSchema):
    """The code that came to the new address."""

    code = CodeNode(title="Code reçu à la nouvelle adresse", help="Six chiffres, valables 10 minutes.")
