"""Settings of the QR code (``esea_auth.qr.*``)."""

from __future__ import annotations

from dataclasses import dataclass

from ... import values
from ...options import option

PREFIX = "esea_auth.qr."


@dataclass(frozen=True, slots=True)
class QrSettings:
    """Sign-in by QR code (prefix ``esea_auth.qr.``)."""

    other_network: str = option(
        "warn",
        parse=values.one_of("warn", "refuse"),
        doc="When telephone and workstation are on different networks: `warn` on the telephone, or `refuse`",
    )
    geoip_file: str = option(
        "", doc="MaxMind database (.mmdb) that names the place of an address outside known networks; none by default"
    )
    poll_seconds: int = option(2, parse=values.integer(1, 15), doc="Pace at which waiting workstations ask, in seconds")
