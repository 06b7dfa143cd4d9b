"""Three days on a bundled sample: no network, account, key or server, and the same code as ever."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from digest import membership
from digest.app import App
from digest.cli.output import table
from digest.config import Settings
from digest.editions import Edition
from digest.errors import InvalidInput
from digest.rendering import words
from digest.rendering.view import title_of
from digest.sample import SampleArxiv
from digest.subscribers import ProfileField, Verdict

DAYS = (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11))
_MARK = ".paperround-demo"
_THRESHOLD = 0.02  # among a hundred papers nothing stands out as much as among the thousands of an archive


@dataclass(frozen=True, slots=True)
class DemoReader:
    """Somebody the demo registers."""

    address: str
    category: str
    interest: str
    likes: tuple[str, ...]
    follow: str = ""

    @property
    def name(self) -> str:
        return self.address.partition("@")[0]


READERS = (
    DemoReader(
        "agnes@example.org",
        "cs.CL",
        "language-model agents that use tools, plan and browse the web",
        ("2603.90001", "2603.90010", "2603.90019", "2603.90027"),
    ),
    DemoReader(
        "robin@example.org",
        "cs.RO",
        "legged robots walking on rough ground",
        ("2603.90002", "2603.90011", "2603.90020", "2603.90028"),
        follow="Dorothea Lambrechts-Aziz",
    ),
    DemoReader(
        "nora@example.org",
        "q-bio.NC",
        "sleep spindles, slow oscillations and memory",
        ("2603.90009", "2603.90018", "2603.90035"),
    ),
)


@click.command("demo", epilog="Example: digest demo --output demo-output")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-output"),
    show_default=True,
    help="Where mails, pages, feeds and the database are left; a folder of an earlier demo is made anew.",
)
def demo_command(output: Path) -> int:
    """Run three days for three readers on a bundled sample of invented papers.

    The sample is served over loopback HTTP in arXiv's own format, and read, ranked, kept and sent as always.
    """
    logging.getLogger("digest").setLevel(logging.WARNING)
    _make_anew(output)
    rows: list[tuple[str, str, str, str]] = []
    with SampleArxiv(DAYS[0]) as arxiv:
        settings = _settings(output, arxiv)
        for day in DAYS:
            arxiv.today = day
            app = App(settings, now=datetime.combine(day, time(7, 30), UTC))
            try:
                if day == DAYS[0]:
                    _register(app)
                app.run()
                for reader in READERS:
                    rows += _kept(app, reader, day, output)
            finally:
                app.close()
    table(("reader", "day", "paper", "why"), rows, empty="nobody got anything")
    click.echo(f"\n{len(rows)} papers in {len(DAYS)} days for {len(READERS)} readers; see {output}/")
    return 0


def _make_anew(output: Path) -> None:
    if output.exists() and any(output.iterdir()) and not (output / _MARK).exists():
        raise InvalidInput(f"{output} holds something that is not a demo's; choose another folder with --output")
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    (output / _MARK).touch()


def _settings(output: Path, arxiv: SampleArxiv) -> Settings:
    plain = Settings()
    categories = tuple(reader.category for reader in READERS)
    return replace(
        plain,
        site=replace(plain.site, sender="paperround@example.org"),
        database=replace(plain.database, url=f"sqlite:///{(output / 'paperround.db').absolute()}"),
        arxiv=replace(
            plain.arxiv,
            categories=categories,
            oai_url=arxiv.oai_url,
            rss_url=arxiv.rss_url,
            interval_seconds=0.0,
        ),
        huggingface=replace(plain.huggingface, enabled=False),
        relevance=replace(plain.relevance, threshold=_THRESHOLD),
        outbox=replace(plain.outbox, folder=str(output)),
    )


def _register(app: App) -> None:
    app.ingest()
    for reader in READERS:
        membership.add(
            app.store,
            reader.address,
            host=app.feed_host,
            now=app.now,
            papers=5,
            categories=[reader.category],
            interests=[reader.interest],
        )
        app.vote(reader.address, reader.likes, Verdict.LIKE)
        if reader.follow:
            membership.describe(app.store, reader.address, ProfileField.FOLLOW, [reader.follow])


def _kept(app: App, reader: DemoReader, day: date, output: Path) -> Iterator[tuple[str, str, str, str]]:
    """Leave one reader's files of one day, and tell what was sent and why."""
    for mail in output.glob(f"{reader.address}-*.eml"):
        mail.rename(output / f"{day}-{reader.name}.eml")
    edition: Edition = app.preview_edition(membership.find(app.store, reader.address))
    (output / f"{day}-{reader.name}.html").write_bytes(app.preview(reader.address, "html"))
    for form in ("atom", "rss"):
        (output / f"{reader.name}.{form}").write_bytes(app.preview(reader.address, form))
    for item in edition.recommendations:
        yield reader.name, f"{day:%a %d %b}", title_of(item.paper), "; ".join(words.why(item))
