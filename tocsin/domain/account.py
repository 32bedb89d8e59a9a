"""An account: the organisation everything belongs to. Its owner is the member with its id."""

from msgspec import Struct


class Account(Struct, frozen=True):
    """An organisation; instants in ms."""

    id: int
    name: str
    email: str
    phone: str
    country_code: str
    avatar: str
    domain: str
    locale: str
    time_zone: str
    created_at: int
    updated_at: int
