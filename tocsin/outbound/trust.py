"""Whom the machine trusts, loaded once: that costs more than most conversations."""

import ssl
from functools import lru_cache


@lru_cache(maxsize=2)
def machine_trust(*, verify: bool = True) -> ssl.SSLContext:
    """TLS by the system's certificate authorities as they were at first use, or, with `verify`
    False, with whoever answers."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
