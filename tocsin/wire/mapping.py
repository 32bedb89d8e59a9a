"""What the operations on mappings have in common."""

from typing import Annotated, Final

from msgspec import Meta

from tocsin.domain.access import Permission

READERS: Final = (
    Permission.INTEGRATIONS_READ,
    Permission.INTEGRATIONS_MANAGE,
    Permission.MAPPINGS_READ,
    Permission.MAPPINGS_MANAGE,
)

SchemaId = Annotated[str, Meta(pattern="^[0-9a-fA-F]{24}$")]
