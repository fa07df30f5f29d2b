"""Settings of a portal under test: nothing leaves the machine, argon2 at its floor, time from a file."""

from __future__ import annotations

from pathlib import Path

#: A small catalogue: one service of this portal, one elsewhere that admits the password alone for a while.
SERVICES = Path(__file__).parent / "services.ini"


def settings_for_tests(keys: Path, clock: Path, smtp_port: int) -> dict[str, str]:
    """Return the settings, the database's address left out.

    :param keys: key file of the sealer. :param clock: file that the test's clock writes.
    """
    return {
        "portal.env": "test",
        "portal.name": "Portail d'essai",
        "portal.url": "http://localhost",
        "portal.secret_keys": f"file:{keys}",
        "portal.clock": str(clock),
        "portal.mail_host": "127.0.0.1",
        "portal.mail_port": str(smtp_port),
        "portal.mail_tls": "none",
        "esea_auth.services": str(SERVICES),
        # Addresses of tests are nobody's.
        "esea_auth.mail_domains.look": "false",
        "esea_auth.argon2_memory_kib": "8",
        "esea_auth.argon2_time_cost": "1",
    }
