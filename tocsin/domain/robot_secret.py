"""What opens a chat robot's door, apart from the rule that tells it.

A rule keeps a handle where the robot's token was, and `***` for what else is secret. Sent back
they mean what they stood for, in any rule of the account; a new token needs its own secrets, so
that nobody has a secret sent to an address of their choice.
"""

from typing import Any, Final

from msgspec import Struct

from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import HIDDEN

HANDLE: Final = "secret:"
_OTHERS: Final = ("verify_token", "sign_secret")
_SIGNS_AS: Final = "signs_as"
SECRET_MAX: Final = 2048


class RobotSecret(Struct, frozen=True):
    """A robot's token or address, and what proves who speaks to it."""

    token: str = ""
    verify_token: str = ""
    sign_secret: str = ""


def handle_of(settings: dict[str, Any]) -> str:
    """The handle that stands for a robot's secret, empty where there is none."""
    return _handle(settings.get("token"))


def alike(settings: dict[str, Any], token: str) -> dict[str, Any]:
    """Settings of a robot with another token that signs as this one does."""
    handle = handle_of(settings)
    signs = {_SIGNS_AS: handle} if handle else {}
    return {**settings, "token": token, **signs}


def used_by(settings: dict[str, Any]) -> str:
    """The handle of what a robot needs to speak."""
    return handle_of(settings) or _handle(settings.get(_SIGNS_AS))


def said(settings: dict[str, Any], kept: RobotSecret | None) -> RobotSecret | None:
    """The secret that settings name; `kept` is what their handle stands for. None for none.

    Raises InvalidParameter for what is hidden and stands for nothing, and for what is too long.
    """
    handle = handle_of(settings)
    if handle and kept is None:
        raise _unknown("token")
    token = kept.token if kept else _text(settings, "token")
    others: dict[str, str] = {}
    for field in _OTHERS:
        given = _text(settings, field)
        if given == HIDDEN:
            if kept is None:
                raise _unknown(field)
            given = getattr(kept, field)
        others[field] = given
    found = RobotSecret(token, **others)
    return None if found == RobotSecret() else found


def without(settings: dict[str, Any], secret: RobotSecret, handle: str) -> dict[str, Any]:
    """Settings as a rule keeps and shows them."""
    hidden = {field: HIDDEN for field in _OTHERS if getattr(secret, field)}
    return {**settings, "token": handle, **hidden}


def with_(settings: dict[str, Any], secret: RobotSecret) -> dict[str, Any]:
    """Settings as they are used."""
    hidden = {field: getattr(secret, field) for field in _OTHERS if settings.get(field) == HIDDEN}
    token = secret.token if handle_of(settings) else settings.get("token")
    return {**settings, "token": token, **hidden}


def _handle(value: object) -> str:
    return value if isinstance(value, str) and value.startswith(HANDLE) else ""


def _text(settings: dict[str, Any], field: str) -> str:
    value = settings.get(field)
    text = "" if value is None else str(value).strip()
    if len(text) > SECRET_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} characters, not {count}",
            field=field,
            maximum=SECRET_MAX,
            count=len(text),
        )
    return text


def _unknown(field: str) -> InvalidParameter:
    return InvalidParameter(
        "{field} of the robot is hidden and not known here; send the robot's own", field=field
    )
