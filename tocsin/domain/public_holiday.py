"""Public holidays of the world's countries, as calendars that nobody has to keep."""

from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from types import ModuleType
from typing import Final

from msgspec import Struct

from tocsin.domain.wall_clock import weekday

SUFFIX: Final = "official"
LANGUAGES: Final = {"zh": ("zh_CN", "en_US"), "en": ("en_US",)}
"""The languages that a reader of each locale is shown, the best first."""


class Holiday(Struct, frozen=True):
    """A day off, or a weekend day on which people work to make up for one."""

    day: date
    name: str
    is_off: bool


class PublicCalendar(Struct, frozen=True):
    """The public holidays of a country in one language, such as `zh-cn.china.official`."""

    id: str
    name: str
    country: str
    language: str
    time_zone: str

    @property
    def workdays(self) -> tuple[int, ...]:
        """The days of the week that are no weekend there, from 0, Sunday."""
        return _workdays(self.country)

    def on(self, day: date) -> Holiday | None:
        """What is special about a day, None for nothing."""
        return _of_year(self.country, self.language, day.year).get(day)

    def between(self, start: date, end: date) -> list[Holiday]:
        """The special days from `start` until before `end`, in order."""
        found: list[Holiday] = []
        for year in range(start.year, end.year + 1):
            of_year = _of_year(self.country, self.language, year)
            found += [of_year[day] for day in sorted(of_year) if start <= day < end]
        return found

    def is_off(self, day: date) -> bool:
        """Whether nobody works on that day."""
        holiday = self.on(day)
        return holiday.is_off if holiday else weekday(day) not in self.workdays


def get(calendar_id: str) -> PublicCalendar | None:
    """A public calendar by its id."""
    # The library behind is not asked, nor loaded, for what is a calendar of somebody's own.
    if not calendar_id.endswith(f".{SUFFIX}"):
        return None
    return _all().get(calendar_id)


def browse(locale: str) -> list[PublicCalendar]:
    """One calendar a country: in the reader's language, else in English, else in its own."""
    return [
        min(of_country, key=lambda one: _distance(one.language, locale))
        for of_country in _by_country().values()
    ]


def browse_all() -> list[PublicCalendar]:
    """Every country in every language."""
    return list(_all().values())


def _distance(language: str, locale: str) -> tuple[int, str]:
    wanted = LANGUAGES.get(locale, LANGUAGES["en"])
    return (wanted.index(language) if language in wanted else len(wanted), language)


def _library() -> ModuleType:
    # Half a second and 10 MB that only a server with calendars has to spend.
    import holidays  # noqa: PLC0415 - heavy, see above

    return holidays


@lru_cache(maxsize=1)
def _all() -> dict[str, PublicCalendar]:
    return {one.id: one for of_country in _by_country().values() for one in of_country}


@lru_cache(maxsize=1)
def _by_country() -> dict[str, list[PublicCalendar]]:
    library = _library()
    languages = library.list_localized_countries(include_aliases=False)
    names = {entry[1]: slug for slug, entry in library.registry.COUNTRIES.items()}
    zones = _zones()
    return {
        code: [
            _calendar(code, names[code], language, zones.get(code, "UTC"))
            for language in languages.get(code) or ["en_US"]
        ]
        for code in sorted(library.list_supported_countries(include_aliases=False))
        if code in names
    }


def _calendar(code: str, slug: str, language: str, zone: str) -> PublicCalendar:
    tag = language.lower().replace("_", "-")
    name = slug.replace("_", " ").title()
    return PublicCalendar(f"{tag}.{slug.replace('_', '-')}.{SUFFIX}", name, code, language, zone)


def _zones() -> dict[str, str]:
    """The first zone of each country in the time zone database."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            zones.setdefault(country, zone)
    return zones


@lru_cache(maxsize=512)
def _of_year(country: str, language: str, year: int) -> dict[date, Holiday]:
    library = _library()
    known = library.country_holidays(country, years=year, language=language)
    off = {day: Holiday(day, name, is_off=True) for day, name in known.items() if day.year == year}
    made_up = {
        day: Holiday(day, "Workday", is_off=False)
        for day in getattr(known, "weekend_workdays", ())
        if day.year == year
    }
    return off | made_up


@lru_cache(maxsize=512)
def _workdays(country: str) -> tuple[int, ...]:
    weekend = _library().country_holidays(country).weekend
    monday = date(2024, 1, 1)
    return tuple(
        sorted(
            weekday(monday + timedelta(days=number)) for number in range(7) if number not in weekend
        )
    )
