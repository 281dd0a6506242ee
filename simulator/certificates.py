"""What proves who one is: the throw-away authority behind the simulators' TLS, and certificates of applications."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from simulator.vault_secrets import add_version, expiring
from simulator.world import World

CERTIFICATE_SECRET_NAME = "entra-client-certificate"

_CERTIFICATE_DAYS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopbackTls:
    """TLS for 127.0.0.1 and localhost, and the authority to trust for it."""

    server_context: ssl.SSLContext
    authority_pem: bytes

    def write_bundle(self, folder: Path) -> Path:
        """The authority's certificate is in a file that clients can be pointed at."""
        path = folder / "simulator-ca.pem"
        path.write_bytes(self.authority_pem)
        return path


def make_loopback_tls() -> LoopbackTls:
    """A new authority and a certificate of it; neither key is ever written down."""
    authority = trustme.CA(organization_name="Simulated services")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return LoopbackTls(server_context=context, authority_pem=authority.cert_pem.bytes())


def register_certificate(world: World, client_id: str) -> str:
    """The application has a new certificate; key and certificate are in the vault, under the name that is returned."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    now = world.clock.now()
    ends_at = now + timedelta(days=_CERTIFICATE_DAYS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "entra-proofpoint-sync")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(ends_at)
        .sign(key, hashes.SHA256())
    )
    certificate_pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with world.lock:
        world.tenant.applications[client_id].certificates_pem.append(certificate_pem)
        add_version(
            world,
            CERTIFICATE_SECRET_NAME,
            value=key_pem + certificate_pem,
            at=now,
            attributes=expiring(ends_at),
            content_type="application/x-pem-file",
        )
    return CERTIFICATE_SECRET_NAME
