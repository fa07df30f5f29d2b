"""services.ini: what it may say, what stops the start, and when a mode ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from esea_auth_plugin.interfaces import Factor, Level, ModeStatus, PortalService, Proof, Refusal
from esea_auth_plugin.portal_services.catalogue import Catalogue, doctor
from esea_auth_plugin.portal_services.catalogue_file import Rules, parse_catalogue

PORTAL = "[portail]\ntitle = Portail\nlevel = mot-de-passe\nmode.password =\n"
ROR = """
[ror]
title = ROR
address = https://ror.exemple.fr/
level = code-courriel
mode.mail_code =
mode.password = until 2026-06-30
"""
NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def rules(env: str = "production") -> Rules:
    return Rules(
        known={"password", "mail_code", "cps_card"},
        enabled={"password", "mail_code"},
        env=env,
        first_day=date(2026, 6, 18),
    )


def problems(text: str, env: str = "production") -> list[str]:
    return [str(problem) for problem in parse_catalogue(text, "services.ini", rules(env))[1]]


def service(text: str, slug: str = "ror") -> tuple[Catalogue, PortalService]:
    services, found = parse_catalogue(text, "services.ini", rules("development"))
    assert found == []
    catalogue = Catalogue(services)
    one = catalogue.get(slug)
    assert one is not None
    return catalogue, one


def proof(mode: str, *factors: Factor) -> Proof:
    return Proof(mode, frozenset(factors), ("pwd",), NOW)


@pytest.mark.parametrize("minutes", ["4", "31", "-5", "x", "", "²0"])
def test_an_idle_time_outside_the_rules_stops_the_start(minutes: str) -> None:
    (told,) = problems(PORTAL + ROR + f"idle_minutes = {minutes}\n")
    assert "is no time that the rules allow" in told


def test_an_idle_time_is_read() -> None:
    assert service(PORTAL + ROR + "idle_minutes = 12\n")[1].idle == timedelta(minutes=12)
    assert service(PORTAL + ROR)[1].idle is None


def test_every_problem_is_told_at_once_with_its_line() -> None:
    text = (
        PORTAL + "[ror]\ntitle = ROR\naddress = http://ror\nlevel = fort\n"
        "mode.fax =\nmode.password = until 2026-02-30\nmodes = x\n"
    )
    told = problems(text)
    assert [line.split(" -> ")[0] for line in told] == [
        "[ror] mode.fax (services.ini, line 9): names a mode that no installed distribution offers",
        "[ror] modes (services.ini, line 11): is not a key of the catalogue",
        "[ror] address (services.ini, line 7): is not an https:// address",
        "[ror] level (services.ini, line 8): is not a level",
        "[ror] mode.password (services.ini, line 10): holds no day of the calendar",
    ]
    assert "mot-de-passe, code-courriel" in told[3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROR, "[portail] (services.ini): is missing"),
        (PORTAL + ROR + ROR, "is there twice"),
        (PORTAL + "title = deux\n", "is there twice"),
        (PORTAL + "n'importe quoi\n", "is neither a section nor"),
        ("titre = seul\n" + PORTAL, "stands before the first section"),
        (PORTAL + "address = https://x.fr\n", "has no sense for the portal itself"),
        (PORTAL + "[a]\ntitle = A\nlevel = sante\nmode.password =\n", "one of them is needed"),
        (PORTAL + "[a]\ntitle = A\nlevel = sante\nresource = espace\nmode.password =\n", "is not a path"),
        (PORTAL + "[a]\ntitle = A\nlevel = sante\nresource = /a\n", "nobody could open the service"),
        (PORTAL + "[a]\nlevel = sante\nresource = /a\nmode.password =\n", "title (services.ini, line 5): is missing"),
        (PORTAL + "[A b]\ntitle = A\nlevel = sante\nresource = /a\nmode.password =\n", "is not a slug"),
        (PORTAL + "[a]\ntitle = A\nlevel = sante\nresource = /a\nmode.password = jusqu'en juin\n", "can't be read"),
        (PORTAL + "homologation.mail_code = X\n", "does not admit"),
        (PORTAL.replace("mode.password =", "mode.password = from 2026-07-02 until 2026-07-01"), "ends before"),
        (PORTAL.replace("mode.password =", "mode.password = until +20 days"), "is a relative day"),
    ],
)
def test_a_wrong_file_is_refused(text: str, expected: str) -> None:
    assert expected in "\n".join(problems(text))


def test_a_known_mode_that_is_not_enabled_is_hidden() -> None:
    catalogue, ror = service(PORTAL + ROR + "mode.cps_card =\n")
    assert catalogue.status_of(ror, "cps_card", NOW) is ModeStatus.NOT_ADMITTED
    assert [mode.mode for mode in ror.modes] == ["mail_code", "password"]


def test_relative_days_count_from_the_start_in_development() -> None:
    _, ror = service(PORTAL + ROR.replace("2026-06-30", "+20 days") + "opens = -3 days\n")
    assert ror.modes[1].last_day == date(2026, 7, 8)
    assert ror.opens_on == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("last_day", "end"),
    [
        ("2026-06-30", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),  # summer: UTC+2
        ("2026-12-31", datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),  # winter: UTC+1
        ("2026-10-24", datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),  # midnight before the hour goes back
        ("2026-10-25", datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),  # a day of 25 hours
        ("2026-03-29", datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),  # a day of 23 hours
    ],
)
def test_the_last_day_ends_at_midnight_in_paris(last_day: str, end: datetime) -> None:
    catalogue, ror = service(PORTAL + ROR.replace("2026-06-30", last_day))
    assert catalogue.ends_at(ror, "password") == end
    assert catalogue.status_of(ror, "password", end - timedelta(microseconds=1)) is ModeStatus.OPEN
    assert catalogue.status_of(ror, "password", end) is ModeStatus.ENDED


def test_the_first_day_begins_at_midnight_in_paris() -> None:
    catalogue, ror = service(PORTAL + ROR.replace("mode.mail_code =", "mode.mail_code = from 2026-07-01"))
    begin = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert catalogue.status_of(ror, "mail_code", begin - timedelta(seconds=1)) is ModeStatus.NOT_YET
    assert catalogue.status_of(ror, "mail_code", begin) is ModeStatus.OPEN


def test_level_and_mode_must_both_hold() -> None:
    catalogue, ror = service(PORTAL + ROR)
    password = proof("password", Factor.PASSWORD)
    both = [password, proof("mail_code", Factor.MAILBOX)]
    key = [proof("passkey", Factor.VERIFIED_KEY)]
    assert catalogue.admits(ror, both, Level.MAIL_CODE, NOW) is None
    assert catalogue.admits(ror, [password], Level.PASSWORD, NOW) is Refusal.STEP_UP  # its mode ended
    assert catalogue.admits(ror, key, Level.RESISTANT, NOW) is Refusal.STEP_UP  # high, but not admitted here
    assert catalogue.admits(ror, both, Level.PASSWORD, NOW) is Refusal.STEP_UP  # the mailbox is barred today
    june = datetime(2026, 6, 20, tzinfo=UTC)
    assert catalogue.admits(ror, [password, *key], Level.RESISTANT, june) is Refusal.STEP_UP


def test_a_service_opens_on_its_day() -> None:
    catalogue, ror = service(PORTAL + ROR + "opens = 2026-06-18\n")
    proofs = [proof("mail_code", Factor.PASSWORD, Factor.MAILBOX)]
    opening = datetime(2026, 6, 17, 22, 0, tzinfo=UTC)
    assert catalogue.opens_at(ror) == opening
    assert catalogue.admits(ror, proofs, Level.MAIL_CODE, opening - timedelta(seconds=1)) is Refusal.FORBIDDEN
    assert catalogue.admits(ror, proofs, Level.MAIL_CODE, opening) is None


def test_the_doctor_tells_modes_without_reference_and_the_portals_reference_serves_all() -> None:
    with_reference = PORTAL + "mode.mail_code =\nhomologation.mail_code = DH-2026-014\n" + ROR
    services, found = parse_catalogue(with_reference, "services.ini", rules())
    assert found == []
    assert doctor(services) == [
        "[portail] mode.password has no homologation reference: add `homologation.password`",
        "[ror] mode.password has no homologation reference: add `homologation.password`",
    ]
    assert services[1].modes[0].homologation == "DH-2026-014"


def test_continued_lines_and_comments_are_read() -> None:
    text = PORTAL + ROR.replace("title = ROR", "# commentaire\ntitle = ROR\n  Nouvelle-Aquitaine")
    _, ror = service(text)
    assert ror.title == "ROR Nouvelle-Aquitaine"
