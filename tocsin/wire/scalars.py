"""Scalars that many operations share, each with what it means."""

from typing import Annotated

from msgspec import Meta

MemberId = Annotated[int, Meta(description="As `/member/list` gives it.")]
PersonId = Annotated[int, Meta(description="A member's id; the owner's is the account's.")]
TimeZone = Annotated[str, Meta(description="IANA name, such as `Europe/Berlin`.")]
Phone = Annotated[str, Meta(description="Digits, with or without a leading +.")]
MaskedPhone = Annotated[str, Meta(description="With four digits hidden.")]
CountryCode = Annotated[str, Meta(description="Two capital letters, or a dialling code.")]
RefId = Annotated[str, Meta(description="The id this has in another system.")]
Seconds = Annotated[int, Meta(description="Unix time in seconds.")]
Page = Annotated[int, Meta(description="From 1; 0 and less mean 1.")]
Limit = Annotated[int, Meta(le=100, description="Rows a page; 0 and less mean 20.")]
