"""Who is told about an incident, and when nobody is."""

from tocsin.domain.incident import Cause, Effect, Incident, Notify


def told(incident: Incident, cause: Cause) -> tuple[Effect, ...]:
    """Tell everybody who has it."""
    people = tuple(responder.person_id for responder in incident.responders)
    emails = incident.assigned_to.emails
    return (Notify(cause, people, emails),) if people or emails else ()


def told_by_itself(incident: Incident, cause: Cause, at: int) -> tuple[Effect, ...]:
    """Tell them of what no person did: not while it is snoozed, or muted as flapping."""
    quiet = incident.snoozed_before or incident.muted_until > at
    return () if quiet else told(incident, cause)
