"""Bytes to a typed request in one pass, and refusals that name field, rule and value."""

import re
from typing import Any, Final

import msgspec

from tocsin.edge.choices import choices
from tocsin.kernel.errors import BadRequest, InvalidParameter
from tocsin.kernel.text import HIDDEN, is_secret

_ERROR: Final = re.compile(r"^(?P<rule>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_UNKNOWN: Final = re.compile(r"^Object contains unknown field `(?P<name>.*)`$")
_MISSING: Final = re.compile(r"^Object missing required field `(?P<name>.*)`$")
_GOT: Final = re.compile(r"^Expected (?P<expected>.+), got (?P<found>.+)$")
_EXPECTED: Final = re.compile(r"^Expected (?P<expected>.+)$")
_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
_SUSPECT: Final = re.compile(rb"[0-9]{19}|\\u0000")
_INT64_MIN: Final = -(2**63)
_INT64_MAX: Final = 2**63 - 1


def decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """The request in `body`; raises BadRequest for what is no JSON, else InvalidParameter."""
    try:
        return _decode(decoder, body or b"{}")
    except UnicodeDecodeError:
        # Its position counts from the start of a text inside, which helps nobody.
        raise BadRequest("the body is not UTF-8; send one UTF-8 JSON object") from None
    except msgspec.DecodeError as error:
        raise BadRequest(
            "the body is not valid JSON: {reason}; send one UTF-8 JSON object", reason=error
        ) from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply; flatten it") from None


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        request = decoder.decode(body)
    except msgspec.ValidationError as error:
        # Looking for the wrong value reads all of the body, and may find that it is no JSON.
        raise _explain(str(error), body, decoder.type) from None
    if _SUSPECT.search(body):
        _require_storable(msgspec.to_builtins(request))
    return request


def _require_storable(request: Any) -> None:
    """Refuse what no database of ours can hold: integers over 64 bits and the character NUL."""
    waiting = [("", request)]
    while waiting:
        field, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{field}.{name}".lstrip("."), inner) for name, inner in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(f"{field}[{index}]", inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and "\0" in value:
            raise InvalidParameter("{field} holds the character NUL; leave it out", field=field)
        elif isinstance(value, int) and not _INT64_MIN <= value <= _INT64_MAX:
            raise InvalidParameter(
                "{field} must fit 64 bits with a sign, not {value}", field=field, value=value
            )


def _explain(text: str, body: bytes, shape: Any) -> InvalidParameter:
    found = _ERROR.match(text)
    rule, path = (found["rule"], found["path"] or "$") if found else (text, "$")
    field = path.removeprefix("$").lstrip(".") or "body"
    value = _value_at(body, path)
    if missing := _MISSING.match(rule):
        return InvalidParameter(
            "{field} is required; send it", field=_inner(field, missing["name"])
        )
    if unknown := _UNKNOWN.match(rule):
        return InvalidParameter(
            "{field} is not known here; /openapi.json names what is",
            field=_inner(field, unknown["name"]),
        )
    shown = _shown(field, value)
    if (wrong := _GOT.match(rule)) or (wrong := _EXPECTED.match(rule)):
        expected = wrong["expected"].replace("`", "")
        return InvalidParameter(
            "{field} must be {expected}, not {value}", field=field, expected=expected, value=shown
        )
    if rule.startswith("Invalid enum value"):
        known = choices(shape, [name or None for name, _ in _steps(path)])
        return InvalidParameter(
            "{field} must be {expected}, not {value}",
            field=field,
            expected=" | ".join(known),
            value=shown,
        )
    return InvalidParameter(
        "{field} is not valid ({rule}); it was {value}", field=field, rule=rule, value=shown
    )


def _inner(field: str, name: str) -> str:
    return name if field == "body" else f"{field}.{name}"


def _shown(field: str, value: Any) -> str:
    """The refused value as JSON, unless its field may hold a secret."""
    if is_secret(field):
        return HIDDEN
    return msgspec.json.encode(value).decode()


def _value_at(body: bytes, path: str) -> Any:
    """What stands at a path such as `$.layers[2].target`; the nearest parent where it ends."""
    value = msgspec.json.decode(body)
    for name, index in _steps(path):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            break
    return value


def _steps(path: str) -> list[tuple[str, str]]:
    """The steps of a path, each a member's name or a position; both "" for any position."""
    return _STEP.findall(path.removeprefix("$"))
