from tocsin.domain.severity import EventStatus, Severity, rank, severity_of, worst


def test_levels_are_ordered_from_ok_to_critical() -> None:
    by_rank = sorted(EventStatus, key=rank)
    assert [level.value for level in by_rank] == ["Ok", "Info", "Warning", "Critical"]


def test_a_severity_ranks_as_the_status_of_the_same_name() -> None:
    assert all(rank(level) == rank(EventStatus(level.value)) for level in Severity)


def test_the_worst_of_two_severities_wins_whichever_comes_first() -> None:
    assert worst(Severity.INFO, Severity.WARNING) is Severity.WARNING
    assert worst(Severity.WARNING, Severity.INFO) is Severity.WARNING


def test_recovery_takes_the_severity_it_is_given() -> None:
    assert severity_of(EventStatus.OK, Severity.CRITICAL) is Severity.CRITICAL
    assert severity_of(EventStatus.WARNING) is Severity.WARNING
