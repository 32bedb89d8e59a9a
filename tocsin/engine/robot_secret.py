"""Keeping the secrets of chat robots out of the rules that tell them."""

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from tocsin.domain.escalation import Layer, Robot, Target
from tocsin.domain.robot_secret import HANDLE, RobotSecret, handle_of, said, used_by, with_, without
from tocsin.store import robot_secret as secrets
from tocsin.store.database import Tx


def closed_layers(tx: Tx, account_id: int, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Levels as they may lie in the database."""
    return tuple(replace(one, target=closed(tx, account_id, one.target)) for one in layers)


def closed(tx: Tx, account_id: int, target: Target) -> Target:
    """A target as it may lie in the database, its robots' secrets sealed apart from it."""
    if not target.webhooks:
        return target
    robots = tuple(closed_robot(tx, account_id, one) for one in target.webhooks)
    return replace(target, webhooks=robots)


def opened(tx: Tx, account_id: int, robot: Robot) -> Robot:
    """A robot as it is told. Unavailable where its secret cannot be opened."""
    if robot.settings is UNSET:
        return robot
    handle = used_by(robot.settings)
    key = ("robot secret", account_id, handle)
    kept = tx.once(key, lambda: _kept(tx, account_id, handle))
    return replace(robot, settings=with_(robot.settings, kept)) if kept else robot


def closed_robot(tx: Tx, account_id: int, robot: Robot) -> Robot:
    """A robot as it may lie in the database."""
    if robot.settings is UNSET:
        return robot
    secret = said(robot.settings, _kept(tx, account_id, handle_of(robot.settings)))
    if secret is None:
        return robot
    plain = msgspec.json.encode(secret).decode()
    handle = HANDLE + tx.site.seal.sign(f"robot {account_id} {robot.type} {plain}")
    secrets.keep(tx, account_id, handle, tx.site.seal.close(plain))
    return replace(robot, settings=without(robot.settings, secret, handle))


def _kept(tx: Tx, account_id: int, handle: str) -> RobotSecret | None:
    sealed = secrets.get(tx, account_id, handle) if handle else None
    if sealed is None:
        return None
    return msgspec.json.decode(tx.site.seal.open(sealed), type=RobotSecret)
