"""How applications group their errors: what is said about it, and what it would come to."""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.application import Application
from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.error_grouping import ErrorGrouping, rules_of
from tocsin.domain.error_grouping_trial import Fate, Tried, fates, placed
from tocsin.domain.error_ingestion import NO_REFUSALS, Refusals, refusals_of
from tocsin.domain.fingerprint import VERSION, VERSIONS, Fingerprints, Rules, fingerprint
from tocsin.domain.issue import Issue
from tocsin.domain.tracking import NO_FILTERS, NoiseFilters, Untracked, untracked
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import error_grouping, error_ingestion
from tocsin.store import issue as issues
from tocsin.store.database import Tx
from tocsin.store.error_grouping import Sample

TRIAL_ISSUES_MAX = 200
TRIAL_EVENTS_EACH = 5


class Rulebook(Struct, frozen=True):
    """What is needed to group an application's errors."""

    version: int = VERSION
    rules: Rules = Rules()
    noise: NoiseFilters = NO_FILTERS
    ingestion: Refusals = NO_REFUSALS

    def fingerprint(self, event: ErrorEvent, application_id: str) -> Fingerprints:
        """The hashes of an event of the application."""
        return fingerprint(event, application_id, self.version, self.rules)

    def older(self, event: ErrorEvent, application_id: str) -> list[str]:
        """The hashes that older versions would give an event, the latest version's first."""
        versions = [each for each in reversed(VERSIONS) if each < self.version]
        return [
            each.digest
            for version in versions
            for each in fingerprint(event, application_id, version, self.rules).hashes
        ]

    def untracked(self, event: ErrorEvent) -> Untracked | None:
        """Why an event of the application becomes no issue, None when it does."""
        reason = untracked(event, self.noise)
        if reason is None and self.ingestion.refusing(event):
            return Untracked.RULE
        return reason


PLAIN = Rulebook()


class Rulebooks:
    """Looks up how applications group, each once while a transaction lasts."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, Rulebook] = {}

    def of(self, account_id: int, application_id: str) -> Rulebook:
        """How an application groups."""

        def read() -> Rulebook:
            return book(self._tx, error_grouping.get(self._tx, account_id, application_id))

        if application_id not in self._known:
            key = ("rulebook", account_id, application_id)
            self._known[application_id] = self._tx.remembered(key, read)
        return self._known[application_id]


def book(tx: Tx, grouping: ErrorGrouping) -> Rulebook:
    """What an application says, ready to be applied. Raises InvalidParameter for rules that are
    none."""
    ingestion = error_ingestion.of_application(tx, grouping.account_id, grouping.application_id)
    return Rulebook(grouping.version, rules_of(grouping), grouping.noise, refusals_of(ingestion))


class Trial(Struct, frozen=True):
    """What would become of the issues looked at, and those issues by id."""

    event_count: int
    fates: list[Fate]
    issues: dict[str, Issue]


def change(tx: Tx, changed: ErrorGrouping, by: int) -> None:
    """Group by this from now on; stored events stay where they are. Raises InvalidParameter for
    rules that are none, and for a version there is not."""
    rules_of(changed)
    _check_version(changed)
    error_grouping.save(tx, replace(changed, updated_at=tx.now, updated_by=by))


def tried(tx: Tx, application: Application, draft: ErrorGrouping) -> Trial:
    """Where the stored events of an application's recent issues would go, came they anew."""
    wanted = book(tx, draft)
    _check_version(draft)
    place = (tx, application.account_id, application.id)
    samples = error_grouping.samples(*place, TRIAL_ISSUES_MAX, TRIAL_EVENTS_EACH)
    events = [_tried(wanted, application, each) for each in samples]
    known = issues.by_hashes(
        tx, application.account_id, sorted({d for e in events for d in e.leads})
    )
    found = fates(placed(events, known))
    named = {fate.issue_id for fate in found} | {t.issue_id for f in found for t in f.targets}
    told = issues.by_ids(tx, application.account_id, sorted(named))
    return Trial(len(events), found, {each.issue_id: each for each in told})


def _tried(wanted: Rulebook, application: Application, sample: Sample) -> Tried:
    event = sample.event
    if wanted.untracked(event):
        return Tried(sample.issue_id, None)
    prints = wanted.fingerprint(event, application.id)
    return Tried(sample.issue_id, prints, tuple(wanted.older(event, application.id)))


def _check_version(grouping: ErrorGrouping) -> None:
    if grouping.version not in VERSIONS:
        raise InvalidParameter(
            "version must be one of {expected}, not {value}",
            expected=" | ".join(map(str, VERSIONS)),
            value=grouping.version,
        )
