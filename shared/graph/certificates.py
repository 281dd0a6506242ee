"""A certificate with its private key, from the two forms in which Key Vault keeps one."""

import base64

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12


def certificate_material(text: str) -> dict[str, str]:
    """``private_key`` and ``public_certificate`` in PEM, from PEM or base64 PFX; raises ValueError, TypeError.

    Without a thumbprint msal makes SHA-256 ones from the certificate.
    """
    if "-----BEGIN" in text:
        pem = text.encode()
        key = serialization.load_pem_private_key(pem, password=None)
        certificates = x509.load_pem_x509_certificates(pem)
    else:
        pfx = base64.b64decode("".join(text.split()), validate=True)
        loaded, leaf, chain = pkcs12.load_key_and_certificates(pfx, None)
        if loaded is None or leaf is None:
            raise ValueError("no private key or no certificate in the PFX")
        key, certificates = loaded, [leaf, *chain]
    own = next((c for c in certificates if _public_bytes(c.public_key()) == _public_bytes(key.public_key())), None)
    if own is None:
        raise ValueError("no certificate of the private key")
    return {
        "private_key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "public_certificate": own.public_bytes(serialization.Encoding.PEM).decode(),
    }


def _public_bytes(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
