"""Stacks of the Flashcat family's errors, and the builds that their frames are of."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.artifact import image_id, named_build
from tocsin.domain.error_event import Frame
from tocsin.domain.stack import java, javascript, native
from tocsin.domain.stack.native import Image
from tocsin.sources.source import clean, listing, mapping, text, word

IMAGES_MAX: Final = 1_000
STACK_LENGTH_MAX: Final = 512 * 1024
_NATIVE: Final = frozenset({"java", "cocoa", "dart"})
"""Platforms whose errors may also come of native code."""


class Build(Struct, frozen=True):
    """What an error says of the program that shipped."""

    platform: str
    debug_id: str
    images: Mapping[str, Image]

    @classmethod
    def of(cls, line: dict[str, Any], error: dict[str, Any], platform: str) -> "Build":
        said = [mapping(one) for one in listing(error.get("binary_images"))[:IMAGES_MAX]]
        images = {word(one.get("name"), 256): _image(one) for one in said}
        return cls(platform, named_build(word(line.get("build_id"), 200)), images)

    def frames(self, stack: str) -> tuple[Frame, ...]:
        """The calls of a stack, the oldest first."""
        if self.platform not in _NATIVE:
            return javascript.frames(stack)
        stack = clean(text(stack, STACK_LENGTH_MAX))
        if native.is_native(stack):
            return native.frames(stack, self.images)
        if self.platform == "java" and (chain := java.parse(stack)):
            return tuple(replace(each, debug_id=self.debug_id) for each in chain[-1].frames)
        return javascript.frames(stack)


def _image(one: dict[str, Any]) -> Image:
    return Image(
        debug_id=image_id(word(one.get("uuid"), 64)),
        start=_address(one.get("load_address")),
        is_system=one.get("is_system") is True,
    )


def _address(value: Any) -> int:
    try:
        return int(word(value, 20), 16)
    except ValueError:
        return 0
