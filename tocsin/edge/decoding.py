"""Bytes to a typed request in one pass, and refusals that name field, rule and value."""

import re
from typing import Any, Final

import msgspec

from tocsin.kernel.errors import BadRequest, InvalidParameter
from tocsin.kernel.text import HIDDEN, is_secret

_ERROR: Final = re.compile(r"^(?P<rule>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_MISSING: Final = re.compile(r"^Object missing required field `(?P<name>.*)`$")
_GOT: Final = re.compile(r"^Expected (?P<expected>.+), got (?P<found>.+)$")
_EXPECTED: Final = re.compile(r"^Expected (?P<expected>.+)$")
_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")


def decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """The request in `body`; raises BadRequest for what is no JSON, else InvalidParameter."""
    try:
        return decoder.decode(body or b"{}")
    except msgspec.ValidationError as error:
        raise _explain(str(error), body) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(
            "the body is not valid JSON: {reason}; send one UTF-8 JSON object", reason=error
        ) from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply; flatten it") from None


def _explain(text: str, body: bytes) -> InvalidParameter:
    found = _ERROR.match(text)
    rule, path = (found["rule"], found["path"] or "$") if found else (text, "$")
    field = path.removeprefix("$").lstrip(".") or "body"
    if missing := _MISSING.match(rule):
        name = missing["name"] if field == "body" else f"{field}.{missing['name']}"
        return InvalidParameter("{field} is required; send it", field=name)
    value = _shown(field, _value_at(body, path))
    if (wrong := _GOT.match(rule)) or (wrong := _EXPECTED.match(rule)):
        expected = wrong["expected"].replace("`", "")
        return InvalidParameter(
            "{field} must be {expected}, not {value}", field=field, expected=expected, value=value
        )
    if rule.startswith("Invalid enum value"):
        return InvalidParameter(
            "{field} must be one of the documented values, not {value}", field=field, value=value
        )
    return InvalidParameter(
        "{field} is not valid ({rule}); it was {value}", field=field, rule=rule, value=value
    )


def _shown(field: str, value: Any) -> str:
    """The refused value as JSON, unless its field may hold a secret."""
    if is_secret(field):
        return HIDDEN
    return msgspec.json.encode(value).decode()


def _value_at(body: bytes, path: str) -> Any:
    """What stands at a path such as `$.layers[2].target`; the nearest parent where it ends."""
    value = msgspec.json.decode(body or b"{}")
    for name, index in _STEP.findall(path.removeprefix("$")):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            break
    return value
