"""A real TLS server before the provider that demands a client certificate; a throw-away authority for both sides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import dedent

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from esea_auth_plugin.foundation.security.clock import SystemClock

_PEM = serialization.Encoding.PEM
_SIGNS_LISTS = {"key_cert_sign": True, "crl_sign": True}
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Authority:
    """Issues certificates for a day; its own is ``path``."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder / name
        self._folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(f"Autorité jetable {name} (aucune valeur)")
        own = self._builder(self._name, self._key, **_SIGNS_LISTS)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.path = self._folder / "autorite.pem"
        self.path.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(_PEM))

    def issue(self, host: str, *, server: bool = False) -> tuple[Path, Path]:
        """Return the files of a new certificate, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        made = (
            self._builder(_name(host), key, digital_signature=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        certificate, secret = self._folder / f"{host}.pem", self._folder / f"{host}.key"
        certificate.write_bytes(made.public_bytes(_PEM))
        secret.touch(mode=0o600)
        secret.write_bytes(key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return certificate, secret

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, **uses: bool) -> x509.CertificateBuilder:
        now = SystemClock().now()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.KeyUsage(**{use: uses.get(use, False) for use in _USES}), critical=True)
        )


def configuration(folder: Path, port: int, behind: str, authority: Authority) -> Path:
    """Write nginx's configuration: no request passes without a certificate of ``authority``."""
    certificate, key = authority.issue("localhost", server=True)
    (folder / "log").mkdir(exist_ok=True)
    main = folder / "nginx.conf"
    main.write_text(
        dedent(f"""\
            daemon off;
            pid {folder}/nginx.pid;
            worker_processes 1;
            error_log {folder}/log/error.log info;
            events {{ worker_connections 64; }}
            http {{
                access_log off;
                client_body_temp_path {folder}/body;
                proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi;
                uwsgi_temp_path {folder}/uwsgi;
                scgi_temp_path {folder}/scgi;
                server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate {certificate};
                    ssl_certificate_key {key};
                    ssl_client_certificate {authority.path};
                    ssl_verify_client on;
                    location / {{
                        proxy_pass {behind};
                        proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
                        proxy_set_header X-SSL-Client-S-DN $ssl_client_s_dn;
                        proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
                    }}
                }}
            }}
            """),
        encoding="utf-8",
    )
    return main


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
