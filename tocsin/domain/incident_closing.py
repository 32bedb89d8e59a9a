"""When an incident closes by itself."""

from msgspec import Struct

from tocsin.domain.channel import AutoResolveMode, Channel
from tocsin.domain.incident import Effect, Incident, SetTimer, TimerKind


class Closing(Struct, frozen=True):
    """When a channel's incidents close by themselves; a timeout of 0 is never."""

    on_recovery: bool = False
    timeout_ms: int = 0
    from_last_merge: bool = False

    def due(self, incident: Incident) -> int:
        """When it times out, 0 for never."""
        start = incident.start_time
        if self.from_last_merge:
            start = max(incident.last_time, incident.merged_at)
        return start + self.timeout_ms if self.timeout_ms else 0


def closing_of(channel: Channel | None) -> Closing:
    """What the channel says about closing; an incident outside channels never does so."""
    if channel is None:
        return Closing()
    return Closing(
        on_recovery=not channel.disable_auto_close,
        timeout_ms=channel.auto_resolve_timeout_ms,
        from_last_merge=channel.auto_resolve_mode is AutoResolveMode.UPDATE,
    )


def deadline(incident: Incident, closing: Closing) -> tuple[Effect, ...]:
    """The timer of an open incident that will close by itself; none where it never does."""
    due = closing.due(incident)
    return (SetTimer(TimerKind.TIMEOUT, due),) if due else ()


def reopened_deadline(closing: Closing, at: int) -> tuple[Effect, ...]:
    """The timer of a reopened incident: the channel's whole time again, from now."""
    return (SetTimer(TimerKind.TIMEOUT, at + closing.timeout_ms),) if closing.timeout_ms else ()
