"""Quick silences: what to silence so that an incident, and no more than it, comes quiet."""

import re
from typing import Final

from tocsin.domain.filter import Condition, Filter, Operator, exactly
from tocsin.domain.incident import Incident
from tocsin.domain.severity import Severity, rank
from tocsin.kernel.text import cut
from tocsin.kernel.units import DAY

LASTS_MS: Final = DAY
LABELS_MAX: Final = 30
LABEL_LENGTH_MAX: Final = 256
DESCRIPTION_LENGTH_MAX: Final = 500

# Labels that tell one event from the next, or explain it, rather than say what it is about.
_NOISY: Final = re.compile(
    r"(^|_)(id|uuid|guid|value|values|url|uri|link|time|timestamp|date|count|duration|fingerprint"
    r"|description|summary|message|body|annotation|annotations|detail|details|version|pid|hash)$",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"[-+]?\d+([.,]\d+)*([eE][-+]?\d+)?\s*%?")
_DATE: Final = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}:\d{2}(:\d{2}.*)?")


def name_of(incident: Incident) -> str:
    """What a quick silence of an incident is called."""
    return f"Quick Silence - #{incident.num}"


def description_of(incident: Incident) -> str:
    """What its description says: which incident it is about."""
    return cut(incident.title, DESCRIPTION_LENGTH_MAX)


def filter_of(incident: Incident) -> Filter:
    """Events as bad as the incident or less so, with its labels that say what it is about; with
    its title where it has no such label.

    Something worse still opens an incident, while one that flaps between severities stays quiet.
    """
    known = dict(sorted(incident.labels.items()))
    useful = {name: value for name, value in known.items() if is_useful(name, value)}
    chosen = list(useful.items())[:LABELS_MAX]
    conditions = [Condition("severity", Operator.IN, _up_to(incident.severity))]
    conditions += [_equal(f"labels.{name}", value) for name, value in chosen]
    if not chosen:
        conditions.append(_equal("title", incident.title))
    return (tuple(conditions),)


def is_useful(name: str, value: str) -> bool:
    """Whether a label says what an alert is about: no number, date or long text, and no name
    that stands for one occurrence."""
    return (
        0 < len(value) <= LABEL_LENGTH_MAX
        and not _NOISY.search(name)
        and not _NUMBER.fullmatch(value)
        and not _DATE.fullmatch(value)
    )


def _up_to(worst: Severity) -> tuple[str, ...]:
    return tuple(str(each) for each in Severity if rank(each) <= rank(worst))


def _equal(key: str, value: str) -> Condition:
    return Condition(key, Operator.IN, (exactly(value),))
