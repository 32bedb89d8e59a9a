"""Several people and senders at the same incidents at once, on both databases."""

from concurrent.futures import ThreadPoolExecutor

from tests.cast import Cast
from tests.incidents import info, make_channel, report, sends, timeline, types
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.store.database import Database

ROUNDS = 12


def test_no_acknowledgement_is_lost_among_many(server: Server, cast: Cast) -> None:
    both = [report(server, cast.alice), report(server, cast.alice)]
    people = (cast.alice, cast.bob)
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(server.post, "/incident/ack", {"incident_ids": order}, who.key)
            for who in people
            for order in (both, both[::-1])
        ]
    assert [call.result().status for call in calls] == [200] * 4
    for incident in both:
        shown = info(server, cast.charlie, incident)
        assert {one["person_id"] for one in shown["responders"]} == {one.id for one in people}
        assert types(timeline(server, cast.charlie, incident)) == ["i_new", "i_ack", "i_ack"]


def test_closing_and_alerts_do_not_wait_in_a_circle(
    server: Server, cast: Cast, database: Database
) -> None:
    channel = make_channel(server, database, cast)
    incidents = [sends(database, cast, channel, key) for key in ("cpu", "disk")]

    def senders(number: int) -> None:
        for key in ("cpu", "disk") if number % 2 else ("disk", "cpu"):
            sends(database, cast, channel, key, EventStatus.CRITICAL, description=str(number))

    def people(number: int) -> list[int]:
        ids = {"incident_ids": incidents[:: 1 if number % 2 else -1]}
        paths = ("/incident/comment", "/incident/resolve", "/incident/reopen")
        return [server.post(path, {**ids, "comment": "x"}, cast.bob.key).status for path in paths]

    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(senders, number) for number in range(ROUNDS)]
        done = [pool.submit(people, number) for number in range(ROUNDS)]
    for one in sent:
        one.result()
    assert [one.result() for one in done] == [[200, 200, 200]] * ROUNDS
    for incident in incidents:
        entries = types(timeline(server, cast.alice, incident))
        assert entries.count("i_comm") == ROUNDS
        closed, opened = entries.count("i_rslv"), entries.count("i_reopen")
        assert closed - opened in (0, 1)
        progress = info(server, cast.alice, incident)["progress"]
        assert (progress == "Closed") == (closed > opened)
