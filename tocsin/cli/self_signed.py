"""A certificate signed by itself: encryption at once, trust by handing out the file."""

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tocsin.kernel.units import SECOND

LIFE: Final = timedelta(days=825)
RENEW_BEFORE: Final = timedelta(days=30)


def keep(chain: Path, key: Path, host: str, instant: int) -> None:
    """Leave the files as they are while they serve for `host`, else make them anew, mode 0600."""
    now = datetime.fromtimestamp(instant / SECOND, UTC)
    names = _names(host)
    if _still_good(chain, key, names, now):
        return
    private = ec.generate_private_key(ec.SECP256R1())
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write_privately(key, secret)
    _write_privately(chain, _sign(private, names, now))


def _names(host: str) -> list[str]:
    """Every name under which this machine may be called."""
    own = [] if host in ("0.0.0.0", "::") else [host]  # noqa: S104 - compared, not bound
    return sorted({*own, "localhost", "127.0.0.1", "::1", socket.gethostname()})


def _still_good(chain: Path, key: Path, names: list[str], now: datetime) -> bool:
    try:
        held = x509.load_pem_x509_certificate(chain.read_bytes())
        alternatives = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    covered = {str(each.value) for each in alternatives}
    return (
        key.is_file() and covered >= set(names) and (held.not_valid_after_utc - RENEW_BEFORE > now)
    )


def _sign(key: ec.EllipticCurvePrivateKey, names: list[str], now: datetime) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tocsin self-signed")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return signed.public_bytes(serialization.Encoding.PEM)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_privately(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
