"""Incidents reported by people without a login, by the token of a channel."""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.channel import Channel
from tocsin.domain.severity import Severity
from tocsin.engine.incident_effects import begin
from tocsin.engine.incident_work import Report, by_rules, reported_by
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import channel as channels
from tocsin.store.database import Tx

_ADDRESS: Final = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,180}\.[^\s@<>\"]{1,24}")


class OutsideReport(Struct, frozen=True):
    """What somebody outside says."""

    title: Annotated[str, Meta(min_length=3, max_length=200)]
    reporter_email: Annotated[str, Meta(max_length=254)]
    description: Annotated[str, Meta(max_length=6144)] = ""
    reporter_company: Annotated[str, Meta(max_length=100)] = ""


def channel_of(tx: Tx, token: str) -> Channel:
    """The channel a token leads to; InvalidParameter for one that leads nowhere (any more)."""
    found = channels.by_report_token(tx, token) if token else None
    if found is None or not found.receives or not found.is_external_report_enabled:
        raise InvalidParameter(
            "the token in the address is not valid; ask whoever gave you the address for a new one"
        )
    return found


def take(tx: Tx, token: str, said: OutsideReport) -> str:
    """A new incident for a report from outside; its id."""
    found = channel_of(tx, token)
    email = said.reporter_email.strip()
    if not _ADDRESS.fullmatch(email):
        raise InvalidParameter("{value} is not an email address", value=email)
    title, company = said.title.strip(), said.reporter_company.strip()
    if not title:
        raise InvalidParameter("title must say what happened", field="title")
    texts = (said.description.strip(), f"({company})" if company else "")
    report = Report(
        title=title,
        severity=Severity.WARNING,
        description="\n\n".join(text for text in texts if text),
        channel=found,
        reporter_email=email,
    )
    reported = reported_by(tx, found.account_id, 0, report)
    return begin(tx, by_rules(tx, reported)).incident_id
