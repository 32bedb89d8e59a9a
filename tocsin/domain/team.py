"""A team: members who own channels, schedules and other things together."""

from enum import StrEnum

from msgspec import Struct


class TeamStatus(StrEnum):
    """Teams are enabled as long as they exist."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class Team(Struct, frozen=True):
    """A team without its members; instants in ms."""

    id: int
    account_id: int
    name: str
    description: str
    status: TeamStatus
    ref_id: str
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
