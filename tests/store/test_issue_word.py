"""What leads to issues leads to all that match, and to nothing else."""

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.errors import crash, register, send
from tocsin.domain.dql import parse
from tocsin.domain.error_event import ErrorEvent, Thrown
from tocsin.domain.issue_words import said
from tocsin.kernel.ids import seeded_chance
from tocsin.kernel.paging import Window
from tocsin.kernel.units import DAY
from tocsin.store import issue_search, issue_word
from tocsin.store.application import Viewer
from tocsin.store.database import Database
from tocsin.store.issue_search import Filter, Order

TYPES = ("PaymentDeclined", "HTTPError", "TypeError", "支付失败")
WORDS = ("payment", "of Order 17", "user_name", "refused (errno 111)", "超时", "100%_", "ÉCLAIR")
QUERIES = (
    *("payment", "declined", "pay", "ayment", "error", "http", "order 17", '"order 17"'),
    *(
        "errno",
        '"refused (errno"',
        "超",
        "付失",
        "éclair",
        '"100%_"',
        "user name",
        "pay*",
        "*ayment",
    ),
    *(
        "type:PaymentDeclined",
        "error_type:http*",
        "error_type:*Error",
        "error_type:(typeerror OR x)",
    ),
    *(
        "service:web",
        "service:w*",
        "env:prod payment",
        "version:1.1",
        "version:1.*",
        "tags.plan:free",
    ),
    *("tags.plan:(free OR dear)", "@tags.Plan:free", "tags.plan:f*", "-tags.plan:*", "nothing"),
    *("payment OR order", "(payment OR error_count:>1) env:prod", "-payment", "version:1.1 order"),
    *('error_message:"payment"', "error_message:*17*", "service:web OR -env:prod"),
)


def test_words_and_values_lead_to_what_looking_at_each_finds(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    fill(database, cast, clock)
    with database.read() as tx:

        def found(query: str) -> list[str]:
            wanted = Filter(clock.now() - 9 * DAY, clock.now(), query=parse(query))
            viewer = Viewer(cast.alice.id, frozenset(), sees_all=True)
            place = (tx, cast.account_id, viewer)
            page = issue_search.search(*place, wanted, Order.CREATED_AT, True, Window(0, 100))
            return [one.issue_id for one in page.items]

        narrowed = [query for query in QUERIES if issue_word.leads(parse(query))]
        assert len(narrowed) >= 20
        sizes = set()
        for query in QUERIES:
            # Nothing leads to what is denied twice.
            assert found(query) == found(f"-(-({query}))"), query
            sizes.add(len(found(query)))
    assert len(sizes) > 5


def fill(database: Database, cast: Cast, clock: VirtualClock) -> None:
    """Forty issues of several days, some of which are seen again with other tags and versions."""
    chance = seeded_chance(11)
    with database.write() as tx:
        shop = register(tx, cast.account_id)

    def event(number: int, kind: str, text: str) -> ErrorEvent:
        return crash(
            f"e{number}",
            clock.now(),
            exceptions=(Thrown(type=kind, value=text),),
            service=chance.choice(("web", "worker")),
            env=chance.choice(("prod", "staging")),
            version=f"1.{chance.randrange(3)}",
            tags=chance.choice(({"plan": "free"}, {"plan": "Dear"}, {})),
        )

    for day in range(4):
        told = [(chance.choice(TYPES), " ".join(chance.sample(WORDS, 2))) for _ in range(10)]
        for again in range(2):
            numbers = range(day * 100 + again * 10, day * 100 + again * 10 + 10)
            send(database, shop, *[event(n, *one) for n, one in zip(numbers, told, strict=True)])
        clock.advance(86_400)


def test_the_words_of_compound_names_count_too() -> None:
    words = said("HTTPError", "userName of PaymentDeclined")
    assert {"httperror", "http", "error", "username", "user", "name", "declined"} <= set(words)
