"""The certificate to serve TLS with: the operator's, or one signed by itself."""

import ssl
from pathlib import Path
from typing import Final

from msgspec import Struct

from tocsin.cli.opening import make_data_dir
from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.kernel.clock import Clock
from tocsin.kernel.settings import Settings

CHAIN_FILE: Final = "tls-self-signed.crt"
KEY_FILE: Final = "tls-self-signed.key"


class Certificate(Struct, frozen=True):
    """Paths of the PEM files."""

    chain: Path
    key: Path
    self_signed: bool


def certificate_of(settings: Settings, clock: Clock) -> Certificate | None:
    """What to serve TLS with, made where asked for; None for plain HTTP. Refusal if unusable."""
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise Refusal("--tls-cert and --tls-key belong together; give both.", EXIT_USAGE)
    if settings.tls_cert and settings.tls_self_signed:
        raise Refusal("Give either --tls-cert or --tls-self-signed, not both.", EXIT_USAGE)
    if settings.tls_cert:
        return _checked(Certificate(Path(settings.tls_cert), Path(settings.tls_key), False))
    if settings.tls_self_signed:
        return _self_signed(settings, clock)
    return None


def paths(certificate: Certificate | None) -> tuple[str, str] | None:
    """As the server takes them."""
    return (str(certificate.chain), str(certificate.key)) if certificate else None


def _checked(certificate: Certificate) -> Certificate:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            certificate.chain, certificate.key
        )
    except OSError as failure:
        raise Refusal(
            f"TLS cannot be served with {certificate.chain} and {certificate.key}:"
            f" {failure.strerror or failure}.\n"
            "Both must be PEM files, readable by this user, the key belonging to the certificate."
        ) from None
    return certificate


def _self_signed(settings: Settings, clock: Clock) -> Certificate:
    # cryptography takes 10 MB that a server without a certificate of its own making can spare.
    from tocsin.cli import self_signed  # noqa: PLC0415 - heavy, see above

    folder = make_data_dir(settings)
    certificate = Certificate(folder / CHAIN_FILE, folder / KEY_FILE, True)
    self_signed.keep(certificate.chain, certificate.key, settings.host, clock.now())
    return _checked(certificate)
