"""What a person sees of a form: nothing typed is lost, errors are French and lead to their field."""

from __future__ import annotations

import re
from typing import Any

import colander
import pytest
from pyramid.config import Configurator
from pyramid.interfaces import ICSRFStoragePolicy
from pyramid.testing import DummyRequest
from webob.multidict import MultiDict

from esea_auth_plugin.foundation import forms
from esea_auth_plugin.foundation.forms import widgets

CGU = {"accept": "J'accepte", "refuse": "Je n'accepte pas", "refusal": "Sans votre accord, pas de compte."}
PROFESSIONS = [("", "- Autre -"), ("Médecins", [("10", "Médecin"), ("60", "Infirmier")])]


class Person(colander.MappingSchema):
    nom = forms.NameNode(title="Nom", autocomplete="family-name", help="Nom d'exercice.")
    email = forms.EmailNode(title="Email")
    naissance = forms.BirthdayNode(title="Jour/Mois de naissance")
    mobile = forms.PhoneNode(title="Mobile", missing=None)
    profession = forms.ChoiceNode(title="Profession", values=[("Santé", [("10", "Médecin"), ("60", "Infirmier")])])
    services = forms.ChoicesNode(title="Services", values=[("ror", "ROR"), ("espace-pro", "Espace Pro")])
    motif = forms.TextNode(title="Motif", multiline=True, min_length=10, max_length=1000)
    mot_de_passe = forms.PasswordNode(title="Mot de passe", new=True)
    cgu = forms.AcceptNode(title="Conditions", **CGU)
    site = forms.HoneypotNode()


GOOD = [
    ("nom", "  O’Neill-Le\u0301vy "),
    ("email", "anne.pierre@CHU-Exemple.FR"),
    ("naissance.jour", "29"),
    ("naissance.mois", "2"),
    ("mobile", "06 12 34 56 78"),
    ("profession", "10"),
    ("services", "espace-pro"),
    ("services", "ror"),
    ("motif", "Je consulte\r\nles lits du 33."),
    ("mot_de_passe", " espace gardé "),
    ("cgu", "oui"),
    ("suivant", "1"),
]


@pytest.fixture(scope="module")
def registry() -> Any:
    config = Configurator()
    config.include("esea_auth_plugin.directives")
    config.add_view_deriver("esea_auth_plugin.foundation.web.host_isolation.host_isolation_deriver")
    config.include("esea_auth_plugin.foundation.layout")
    config.include("esea_auth_plugin.foundation.forms")
    config.commit()

    class Csrf:
        def get_csrf_token(self, request: Any) -> str:
            return "jeton"

    config.registry.registerUtility(Csrf(), ICSRFStoragePolicy)
    return config.registry


@pytest.fixture
def request_(registry: Any) -> Any:
    request = DummyRequest()
    request.registry = registry
    return request


def posted(request: Any, pairs: list[tuple[str, str]], schema: Any = Person, **changed: str) -> forms.PortalForm:
    request.POST = MultiDict([(name, changed.pop(name, value)) for name, value in pairs])
    return forms.PortalForm(schema, request, submit=[("suivant", "Suivant"), ("precedent", "Précédent")])


def refused(request: Any, **changed: str) -> forms.Invalid:
    with pytest.raises(forms.Invalid) as caught:
        posted(request, GOOD, **changed).validate()
    return caught.value


def test_values_come_back_canonical(request_: Any) -> None:
    values = posted(request_, GOOD).validate()
    assert values == {
        "nom": "O’Neill-Lévy",
        "email": "anne.pierre@chu-exemple.fr",
        "naissance": "02-29",
        "mobile": "+33612345678",
        "profession": "10",
        "services": ("espace-pro", "ror"),
        "motif": "Je consulte\nles lits du 33.",
        "mot_de_passe": " espace gardé ",
        "cgu": "oui",
        "site": False,
    }


def test_nothing_typed_is_lost_but_the_password(request_: Any) -> None:
    html = refused(request_, email="pas une adresse <b>").form_html
    for kept in (
        "O’Neill-Le\u0301vy ",
        "pas une adresse &lt;b&gt;",
        'value="29"',
        'value="2"',
        "06 12 34 56 78",
        "du 33.",
    ):
        assert kept in html
    assert re.search(r'<option value="10" selected>', html)
    assert len(re.findall(r'type="checkbox"[^>]* checked', html)) == 2
    assert re.search(r'value="oui" checked', html)
    assert "espace gardé" not in html


def test_an_error_is_announced_linked_and_described(request_: Any) -> None:
    invalid = refused(request_, email="non", cgu="non")
    html = invalid.form_html
    assert invalid.errors["cgu"] == "Sans votre accord, pas de compte."
    assert 'role="alert"' in html and "2 réponses sont à corriger" in html
    assert '<a href="#champ-email">Email : ' in html
    assert '<a href="#champ-cgu-1">Conditions : ' in html and 'id="champ-cgu-1"' in html
    assert re.search(r'id="champ-email"[^>]* aria-invalid="true" aria-describedby="champ-email-erreur"', html)
    assert request_.form_failed


def test_every_summary_link_leads_to_a_control(request_: Any) -> None:
    request_.POST = MultiDict()
    with pytest.raises(forms.Invalid) as caught:
        forms.PortalForm(Person, request_).validate()
    html = caught.value.form_html
    targets = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(targets) == 7
    for target in targets:
        assert re.search(rf'<(input|select|textarea)[^>]* id="{target}"', html), target
    assert "Ce champ est obligatoire." in html
    assert "Required" not in html


def test_mandatory_fields_carry_the_asterisk_and_the_sentence(request_: Any) -> None:
    html = forms.PortalForm(Person, request_).render()
    assert "Les champs signalés par un astérisque (*) sont obligatoires." in html
    assert re.search(r'for="champ-nom">Nom <span class="asterisk"', html)
    assert re.search(r'for="champ-mobile">Mobile</label>', html)
    assert 'aria-describedby="champ-nom-aide"' in html and 'autocomplete="family-name"' in html


def test_a_form_is_filled_with_values_as_people_write_them(request_: Any) -> None:
    html = forms.PortalForm(Person, request_).render(
        {"nom": 'D"Arc', "mobile": "+33612345678", "naissance": "02-29", "profession": "60", "cgu": "oui", "other": 1}
    )
    assert "D&#34;Arc" in html and 'value="06 12 34 56 78"' in html and 'value="29"' in html
    assert '<optgroup label="Santé">' in html and '<option value="60" selected>' in html


def test_no_script_nor_style_lies_in_a_form(request_: Any) -> None:
    html = forms.PortalForm(Person, request_).render()
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=", html)
    assert '<input type="hidden" name="csrf_token" value="jeton">' in html


def test_a_step_back_keeps_what_was_typed_unchecked_without_secrets(request_: Any) -> None:
    form = posted(request_, [*GOOD[:-1], ("precedent", "1")], email="à moitié")
    assert form.pressed == "precedent"
    typed = form.typed()
    assert typed["email"] == "à moitié" and typed["naissance"] == "29/2" and "mot_de_passe" not in typed
    assert 'value="à moitié"' in forms.PortalForm(Person, request_).show_typed(typed)


def test_what_a_service_refuses_is_shown_beside_its_field(request_: Any) -> None:
    form = posted(request_, GOOD)
    form.validate()
    invalid = form.refuse({"email": "Cette adresse ne convient pas.", "": "Réessayez."})
    assert invalid.errors == {"email": "Cette adresse ne convient pas.", "": "Réessayez."}
    assert "Email : cette adresse ne convient pas." in invalid.form_html
    assert "06 12 34 56 78" in invalid.form_html


@pytest.mark.parametrize("name", ["nom", "email", "motif", "mobile"])
@pytest.mark.parametrize("evil", ["\u202e", "\u2066", "\x00", "\u200b", "\x1b"])
def test_invisible_and_backward_characters_are_refused(request_: Any, name: str, evil: str) -> None:
    value = dict(GOOD)[name]
    assert name in refused(request_, **{name: value[:3] + evil + value[3:]}).errors


@pytest.mark.parametrize(
    "value", ["a@b.fr\r\nBcc: x@y.fr", "Anne <a@b.fr>", "a@b", "a@" + "b" * 260 + ".fr", "a b@c.fr"]
)
def test_an_address_that_could_forge_a_header_is_refused(request_: Any, value: str) -> None:
    assert "email" in refused(request_, email=value).errors


@pytest.mark.parametrize("value", ["Anne\nBcc", "${7*7}", "<b>", "http://x.fr", "x" * 101, "...", "7"])
def test_a_name_that_is_no_name_is_refused(request_: Any, value: str) -> None:
    assert "nom" in refused(request_, nom=value).errors


@pytest.mark.parametrize(
    ("day", "month"), [("30", "2"), ("0", "1"), ("1", "13"), ("", "5"), ("x", "1"), ("1/2", "3/4")]
)
def test_a_day_that_does_not_exist_is_refused(request_: Any, day: str, month: str) -> None:
    assert "naissance" in refused(request_, **{"naissance.jour": day, "naissance.mois": month}).errors


@pytest.mark.parametrize(
    ("name", "value"), [("profession", "99"), ("services", "admin"), ("motif", "court"), ("mot_de_passe", "x" * 129)]
)
def test_what_was_not_offered_or_is_out_of_bounds_is_refused(request_: Any, name: str, value: str) -> None:
    assert name in refused(request_, **{name: value}).errors


def test_a_robot_is_caught_without_being_told(request_: Any) -> None:
    assert posted(request_, [*GOOD, ("site", "http://spam")]).validate()["site"] is True


def test_a_pasted_code_may_hold_spaces(request_: Any) -> None:
    class Step(colander.MappingSchema):
        code = forms.CodeNode(title="Code")

    assert posted(request_, [("code", " 123 456 ")], Step).validate() == {"code": "123456"}
    with pytest.raises(forms.Invalid) as caught:
        posted(request_, [("code", "12345")], Step).validate()
    assert caught.value.errors == {"code": "Le code a 6 chiffres."}
    assert "12345" not in caught.value.form_html


def test_a_nested_mapping_is_a_fieldset_with_its_own_names(request_: Any) -> None:
    class Address(colander.MappingSchema):
        code_postal = forms.PostalCodeNode(title="Code postal")

    class Whole(colander.MappingSchema):
        adresse = Address(title="Adresse professionnelle")

    assert posted(request_, [("adresse.code_postal", "33 000")], Whole).validate() == {
        "adresse": {"code_postal": "33000"}
    }
    with pytest.raises(forms.Invalid) as caught:
        posted(request_, [("adresse.code_postal", "2A")], Whole).validate()
    assert list(caught.value.errors) == ["adresse.code_postal"]
    assert '<a href="#champ-adresse-code_postal">' in caught.value.form_html


def test_groups_put_fields_under_a_legend_in_their_order(request_: Any) -> None:
    form = forms.PortalForm(Person, request_, groups=[forms.Group("Vous", ("email", "nom"), columns=2)])
    html = form.render()
    assert html.index("<legend>Vous</legend>") < html.index('id="champ-email"') < html.index('id="champ-nom"')
    assert html.index('id="champ-nom"') < html.index('id="champ-motif"')


def test_a_widget_of_deform_is_refused_since_its_scripts_are_not_served(request_: Any) -> None:
    import deform

    class Bad(colander.MappingSchema):
        nom = colander.SchemaNode(colander.String(), widget=deform.widget.TextInputWidget())

    with pytest.raises(TypeError, match="nom"):
        forms.PortalForm(Bad, request_)


def test_validators_of_the_room_come_after_ours(request_: Any) -> None:
    def never(node: Any, value: Any) -> None:
        raise colander.Invalid(node, "Refusé ici.")

    class Room(colander.MappingSchema):
        nom = forms.TextNode(title="Nom", validator=never, widget=widgets.Text(width="l"))

    with pytest.raises(forms.Invalid) as caught:
        posted(request_, [("nom", "x")], Room).validate()
    assert caught.value.errors == {"nom": "Refusé ici."}


def test_two_forms_never_share_state(request_: Any) -> None:
    refused(request_, email="non")
    assert "aria-invalid" not in forms.PortalForm(Person, request_).render()
