"""Who works at Harbour Coffee, and what they look after: what the demo is about."""

from typing import Final

from msgspec import Struct

COMPANY: Final = "Harbour Coffee"
DOMAIN: Final = "harbour.example"


class Person(Struct, frozen=True):
    """Somebody with a login; `role` is the name of one that is built in."""

    name: str
    zone: str
    role: str = "Responder"
    locale: str = "en-US"

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@{DOMAIN}"


class Team(Struct, frozen=True):
    """People who look after one channel, by turns of a week that begin on Mondays at 09:00."""

    name: str
    channel: str
    does: str
    people: tuple[Person, ...]
    groups_by: tuple[str, ...] = ()


class Application(Struct, frozen=True):
    """What sends errors; the alerts they raise go to the channel of its team."""

    name: str
    type: str
    team: str


ADA, BEN, CHEN = (
    Person("Ada Okafor", "Europe/Berlin"),
    Person("Ben Fischer", "Europe/Berlin"),
    Person("Chen Wei", "Asia/Shanghai", locale="zh-CN"),
)
DANA, ELIAS, FAY = (
    Person("Dana Cruz", "America/New_York"),
    Person("Elias Lind", "Europe/Stockholm"),
    Person("Fay Mori", "Asia/Tokyo"),
)
GUS, HANA, IVO = (
    Person("Gus Marsh", "Europe/London"),
    Person("Hana Kaya", "Europe/Istanbul"),
    Person("Ivo Petrov", "Europe/Sofia", role="Viewer"),
)

TEAMS: Final = (
    Team("Payments", "Payments", "Takes the money: cards, vouchers, refunds.", (ADA, BEN, CHEN)),
    Team("Shop", "Web shop", "What customers see: catalogue, basket, checkout.", (DANA, ELIAS)),
    Team(
        "Platform",
        "Platform",
        "What all of it runs on: clusters, databases, queues.",
        (GUS, HANA, FAY),
        groups_by=("labels.alertname", "labels.cluster"),
    ),
)
EVERYBODY: Final = (*(one for team in TEAMS for one in team.people), IVO)

APPLICATIONS: Final = (
    Application("shop-web", "browser", "Shop"),
    Application("payments-api", "browser", "Payments"),
)
