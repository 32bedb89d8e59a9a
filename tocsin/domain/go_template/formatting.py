"""printf: text with verbs that stand for values, in Go's dialect."""

import re
from typing import Final

from tocsin.domain.go_template import floats, printing
from tocsin.domain.go_template.failure import TooMuch
from tocsin.domain.go_template.values import is_list, type_name

WIDTH_MAX: Final = 1000
_VERB: Final = re.compile(
    r"%(?P<flags>[-+# 0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?:\[(?P<index>\d+)\])?"
    r"(?P<verb>.)?",
    re.DOTALL,
)
_BASES: Final = {"d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_PREFIXES: Final = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}


def formatted(text: str, values: tuple[object, ...]) -> str:
    """The text with its verbs filled in.

    A verb without a value, a value without a verb and a verb that doesn't suit its value show as
    `%!d(…)`, as Go shows them. Raises TooMuch for fields wider than 1000 characters.
    """
    writer = _Writer(values)
    result = _VERB.sub(writer.replacement, text)
    return result + writer.rest()


class _Writer:
    def __init__(self, values: tuple[object, ...]) -> None:
        self._values = values
        self._next = 0
        self._is_reordered = False

    def replacement(self, found: "re.Match[str]") -> str:
        width = self._size(found["width"])
        precision = None if found["precision"] is None else self._size(found["precision"]) or 0
        if found["index"]:
            self._next = int(found["index"]) - 1
            self._is_reordered = True
        verb = found["verb"]
        if verb is None:
            return "%!(NOVERB)"
        if verb == "%":
            return "%"
        if not 0 <= self._next < len(self._values):
            return f"%!{verb}({'BADINDEX' if found['index'] else 'MISSING'})"
        value = self._values[self._next]
        self._next += 1
        return _Field(verb, found["flags"], width, precision).text(value)

    def rest(self) -> str:
        if self._is_reordered or self._next >= len(self._values):
            return ""
        extra = ", ".join(
            printing.NIL if value is None else f"{type_name(value)}={printing.shown(value)}"
            for value in self._values[self._next :]
        )
        return f"%!(EXTRA {extra})"

    def _size(self, written: str | None) -> int | None:
        if written == "*":
            value = self._values[self._next] if self._next < len(self._values) else None
            self._next += 1
            size = value if isinstance(value, int) and not isinstance(value, bool) else None
        else:
            size = int(written[:6]) if written else None
        if size is not None and abs(size) > WIDTH_MAX:
            raise TooMuch(f"printf: a field must have at most {WIDTH_MAX} characters")
        return size


class _Field:
    """One verb with its flags, width and precision."""

    def __init__(self, verb: str, flags: str, width: int | None, precision: int | None) -> None:
        self.verb = verb
        self.is_left = "-" in flags or (width or 0) < 0
        self.is_zero = "0" in flags and not self.is_left
        self.is_sharp = "#" in flags
        self.sign = "+" if "+" in flags else " " if " " in flags else ""
        self.width = abs(width or 0)
        self.precision = precision

    def text(self, value: object) -> str:
        if self.verb == "T":
            return self._pad(type_name(value))
        if self.verb == "v" and self.is_sharp:
            return self._pad(printing.literal(value))
        if is_list(value) and self.verb != "v":
            return f"[{' '.join(self.text(each) for each in value)}]"
        match value:
            case bool():
                return self._bool(value)
            case int():
                return self._whole(value)
            case float():
                return self._float(value)
            case str():
                return self._string(value)
        return self._pad(printing.shown(value)) if self.verb == "v" else self._bad(value)

    def _bool(self, value: bool) -> str:
        return self._pad(printing.shown(value)) if self.verb in "tv" else self._bad(value)

    def _whole(self, value: int) -> str:
        if self.verb == "c":
            return self._pad(chr(value) if 0 <= value < 0x110000 else "\ufffd")
        if self.verb == "q":
            return self._pad(f"'{chr(value) if 0 <= value < 0x110000 else chr(0xFFFD)}'")
        if self.verb == "U":
            return self._pad(f"U+{value:04X}")
        base = "d" if self.verb == "v" else _BASES.get(self.verb)
        if base is None:
            return self._bad(value)
        digits = format(abs(value), base)
        if self.precision is not None:
            digits = digits.rjust(self.precision, "0")
        prefix = _PREFIXES.get(self.verb, "") if self.is_sharp else ""
        return self._number(value < 0, ("0o" if self.verb == "O" else prefix) + digits)

    def _float(self, value: float) -> str:
        if self.verb == "v" and self.precision is None:
            text = floats.shortest(value)
        elif self.verb in "eEfFgGv":
            verb = "g" if self.verb == "v" else self.verb
            text = floats.formatted(value, verb, self.precision)
        else:
            return self._bad(value)
        return self._number(text.startswith("-"), text.lstrip("+-"))

    def _string(self, value: str) -> str:
        cut = value if self.precision is None else value[: self.precision]
        if self.verb in "sv":
            return self._pad(str(cut))
        if self.verb == "q":
            return self._pad(
                f"`{cut}`" if self.is_sharp and "`" not in cut else printing.quoted(cut)
            )
        if self.verb in "xX":
            digits = value.encode()[: self.precision].hex(*(" ",) if self.sign == " " else ())
            return self._pad(digits.upper() if self.verb == "X" else digits)
        return self._bad(value)

    def _number(self, is_negative: bool, digits: str) -> str:
        sign = "-" if is_negative else self.sign
        if self.is_zero and (self.precision is None or self.verb in "eEfFgG"):
            digits = digits.rjust(self.width - len(sign), "0")
        return self._pad(sign + digits)

    def _pad(self, text: str) -> str:
        if self.is_left:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.is_zero and self.verb in "svqxX" else " ")

    def _bad(self, value: object) -> str:
        if value is None:
            return f"%!{self.verb}(<nil>)"
        return f"%!{self.verb}({type_name(value)}={printing.shown(value)})"
