"""The issue that an unknown error makes."""

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.fingerprint import Fingerprints
from tocsin.domain.issue import SYSTEM, Issue, Stage
from tocsin.domain.issue_cause import CauseSource, suspect
from tocsin.domain.issue_event import TITLE_MAX, headline, plain
from tocsin.domain.severity import Severity


def opened(
    event: ErrorEvent,
    prints: Fingerprints,
    *,
    issue_id: str,
    account_id: int,
    application_id: str,
    number: int,
    tracking_id: str,
    at: int,
) -> Issue:
    """A new issue in Triage that has yet to observe its first event."""
    kind, message = headline(event)
    message = plain(prints.title, TITLE_MAX) or message
    suspicion = suspect(event)
    return Issue(
        issue_id=issue_id,
        account_id=account_id,
        number=number,
        tracking_id=tracking_id,
        digest=prints.hashes[0].digest,
        application_id=application_id,
        service=event.service,
        env=event.env,
        error_type=kind,
        error_message=message,
        stage=Stage.TRIAGE,
        severity=Severity.INFO,
        is_crash=False,
        first_seen_at=event.occurred_at,
        first_seen_version=event.version,
        last_seen_at=event.occurred_at,
        last_seen_version=event.version,
        newest_version="",
        error_count=0,
        session_count=0,
        user_count=0,
        cause_source=CauseSource.AUTO,
        cause=suspicion.cause,
        cause_reason=suspicion.reason,
        cause_person_id=0,
        resolved_at=0,
        resolved_by=0,
        regressed_at=0,
        regressed_version="",
        regressed_resolved_at=0,
        opened_at=at,
        created_at=at,
        updated_at=at,
        updated_by=SYSTEM,
    )
