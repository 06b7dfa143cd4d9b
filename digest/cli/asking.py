"""The questions of `digest init`, each with a default; a relay is believed when it has let us in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from digest.errors import DigestError, InvalidInput

_SUBMISSION, _IMPLICIT_TLS = 587, 465  # RFC 6409, RFC 8314
_SENDER = "paperround@localhost"  # the default of the setting
_LOCALTIME, _ZONES = Path("/etc/localtime"), "zoneinfo/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the configuration is made of; what is empty stays as in the example."""

    categories: tuple[str, ...] = ()
    sender: str = ""
    url: str = ""
    smtp_host: str = ""
    smtp_port: int = 25
    security: str = "none"
    username: str = ""
    password: str = ""
    timezone: str = "UTC"
    reader: str = ""


def asked(given: Answers) -> Answers:
    """Ask for what is not given."""
    from digest import membership

    categories = given.categories or tuple(
        _ask("arXiv categories, with spaces between", "cs.CL cs.LG", _each(membership.category)).split()
    )
    sender = given.sender or _ask("Sender address of the mails", _SENDER, sender_address)
    url = _ask("Address where readers reach this server", "http://localhost:8000", _url)
    with_relay = _relay(replace(given, categories=categories, sender=sender, url=url))
    zone = _ask("Your time zone", zone_of_this_host(), lambda text: membership.timezone(text).key)
    reader = _ask("Your own address, as the first reader (empty for none)", "", _address_or_none)
    return replace(with_relay, timezone=zone, reader=reader)


def _relay(answers: Answers) -> Answers:
    """Ask for a relay until one lets us in, or there is to be none."""
    while host := _ask("SMTP relay (empty: mails become files in a folder)", "", str.strip):
        port = click.prompt("Its port", default=_SUBMISSION, type=click.IntRange(1, 65535))
        usual = "tls" if port == _IMPLICIT_TLS else "starttls" if port == _SUBMISSION else "none"
        security = click.prompt("Protection", default=usual, type=click.Choice(["none", "starttls", "tls"]))
        username = click.prompt("User name (empty: no login)", default="", show_default=False)
        password = click.prompt("Password", hide_input=True) if username else ""
        wanted = replace(
            answers, smtp_host=host, smtp_port=port, security=security, username=username, password=password
        )
        if _lets_us_in(wanted):
            return wanted
    return answers


def _lets_us_in(answers: Answers) -> bool:
    from digest.transport.settings import Security, SmtpSettings
    from digest.transport.smtp import log_in

    settings = SmtpSettings(
        host=answers.smtp_host,
        port=answers.smtp_port,
        security=Security(answers.security),
        username=answers.username,
        password=answers.password,
    )
    try:
        log_in(settings)
    except DigestError as error:
        click.echo(f"that does not work: {error}", err=True)
        return False
    click.echo(f"{answers.smtp_host} lets us in")
    return True


def _ask(question: str, default: str, checked: Callable[[str], str]) -> str:
    """Ask until the answer can be used."""

    def used(text: str) -> str:
        try:
            return checked(text)
        except InvalidInput as error:
            raise click.UsageError(str(error)) from error

    answer: Any = click.prompt(question, default=default, show_default=bool(default), value_proc=used)
    return str(answer)


def _each(checked: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: " ".join(map(checked, text.replace(",", " ").split()))


def sender_address(text: str) -> str:
    """An address, or the usual sender on this machine, which has no domain."""
    from digest import membership

    return _SENDER if text.strip() == _SENDER else membership.address(text)


def _url(text: str) -> str:
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"not an address such as https://digest.example.org: {text!r}")
    return text.strip().rstrip("/")


def _address_or_none(text: str) -> str:
    from digest import membership

    return membership.address(text) if text.strip() else ""


def zone_of_this_host() -> str:
    """The name of this machine's time zone, where its link tells one; else UTC."""
    try:
        _, known, name = str(_LOCALTIME.readlink()).partition(_ZONES)
    except OSError:
        return "UTC"
    return name if known else "UTC"
