"""The roles that people have on call."""

from msgspec import Struct

from tocsin.domain.access import Permission
from tocsin.domain.schedule import ROLES
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import GET, Empty, Kind, operation
from tocsin.store.database import Tx

READ = (Permission.SCHEDULES_READ, Permission.SCHEDULES_MANAGE)


class OnCallRole(Struct, frozen=True):
    role_id: int
    role_name: str


class OnCallRoles(Struct, frozen=True):
    items: list[OnCallRole]


@operation("/oncall/roles", READ, Kind.READ, tag="On-call/Schedules", method=GET)
def roles(tx: Tx, caller: Caller, request: Empty) -> OnCallRoles:
    """List the roles that people of a schedule may have.

    Who is on call without any has the role 0.
    """
    return OnCallRoles([OnCallRole(role_id, name) for role_id, name in ROLES.items()])
