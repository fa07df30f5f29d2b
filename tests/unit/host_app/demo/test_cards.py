"""The throw-away authority: OpenSSL itself accepts what is good of it, and refuses the rest for the reason meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from esea_auth_plugin.testing.processes import execute
from host_app.demo.cards import CARDS, write

NOW = datetime.now(UTC).replace(microsecond=0)
#: What ``openssl verify`` says of the cards that no chain or CRL lets in.
REFUSED = {
    "expiree": "certificate has expired",
    "revoquee": "certificate revoked",
    "organisation": "unable to get local issuer certificate",
    "serveur": "unable to get local issuer certificate",
    "autorite-test": "unable to get local issuer certificate",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("igc")
    write(made, NOW)
    return made


@pytest.mark.parametrize("slug", [kind.slug for kind in CARDS])
def test_openssl_judges_each_card_as_it_is_meant(folder: Path, slug: str) -> None:
    command = ["openssl", "verify", "-CAfile", "autorites/confiance.pem", "-CRLfile", "crl/toutes.pem"]
    found = execute([*command, "-crl_check_all", f"cartes/{slug}.pem"], cwd=folder, check=False)
    told = found.stdout + found.stderr
    assert REFUSED.get(slug, f"cartes/{slug}.pem: OK") in told


def test_the_pkcs12_of_a_card_opens_with_its_pin(folder: Path) -> None:
    command = ["openssl", "pkcs12", "-in", "cartes/medecin.p12", "-passin", "pass:1234", "-nokeys", "-clcerts"]
    told = execute(command, cwd=folder).stdout
    assert "GN = PAUL" in told


def test_only_its_owner_reads_the_folder(folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0
