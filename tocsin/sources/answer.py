"""What many doors have in common: where keys are found, and how yes and no are said."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tocsin.kernel.envelope import REQUEST_ID_HEADER, failed, success
from tocsin.kernel.errors import Failure, TooFrequent
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Empty
from tocsin.sources.door import Knock, Reply

JSON_UTF8: Final = "application/json; charset=utf-8"


def query_key(knock: Knock) -> str:
    """The key of a push address of ours: `?integration_key=`."""
    return knock.query.get("integration_key", "")


def segment_key(knock: Knock) -> str:
    """The key in a path that names it `{key}`."""
    return knock.segments.get("key", "")


def header_key(knock: Knock) -> str:
    """The key in an Authorization header: the password of Basic (or the user name without one),
    or what follows any other scheme, as Bearer or Token."""
    scheme, _, rest = knock.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return rest.strip()
    try:
        user, _, password = b64decode(rest, validate=True).decode().partition(":")
    except ValueError:
        return ""
    return password or user


def address_or_header_key(knock: Knock) -> str:
    """The key in the address, or where there is none in the Authorization header."""
    return query_key(knock) or segment_key(knock) or header_key(knock)


def language(knock: Knock) -> str:
    """`en` or `zh`, as the sender prefers."""
    return preferred(knock.headers.get("accept-language", ""))


def json_reply(status: int, value: Any) -> Reply:
    return Reply(status, msgspec.json.encode(value))


def enveloped(data: Any, request_id: str) -> Reply:
    """A yes in the Open API's envelope."""
    return Reply(200, success(request_id, data), JSON_UTF8, {REQUEST_ID_HEADER: request_id})


def accepted(knock: Knock, meta: Mapping[str, str], request_id: str) -> Reply:
    """A yes for senders that look at the status alone."""
    return enveloped(Empty(), request_id)


def refused(knock: Knock, failure: Failure, request_id: str) -> Reply:
    """A no in the Open API's envelope, in the sender's language."""
    body = failed(request_id, failure, language(knock))
    return Reply(failure.status, body, JSON_UTF8, {REQUEST_ID_HEADER: request_id})


def refused_for_later(knock: Knock, failure: Failure, request_id: str) -> Reply:
    """As `refused`, but 503 where others get 429: for senders that try again on the one only."""
    reply = refused(knock, failure, request_id)
    if isinstance(failure, TooFrequent):
        return msgspec.structs.replace(reply, status=503)
    return reply
