"""What the doctor examines, put together from the settings."""

from datetime import datetime
from pathlib import Path

from digest.app.inlets import gates
from digest.app.mailing import Mailing
from digest.config import Settings, secret_files
from digest.store import Store
from digest.transport.dns import Names
from digest.transport.smtp import log_in
from digest.upkeep.doctor.values import Examined


def examined(settings: Settings, mailing: Mailing, store: Store, config: Path, *, now: datetime) -> Examined:
    """Everything that is looked at; `config` is the file that the settings were read from."""
    resolver = settings.doctor.resolver
    return Examined(
        config=config,
        secrets=secret_files(config),
        store=store,
        site=settings.site,
        smtp=settings.smtp,
        dkim=settings.dkim,
        returns=settings.returns,
        settings=settings.doctor,
        names=Names(resolver) if resolver else None,
        log_in=lambda: log_in(settings.smtp),
        ask=mailing.page,
        now=now,
        sources=_asked(settings),
        budgets={
            gate.name: gate.most for gate in gates(settings).values() if gate.most and _is_used(settings, gate.name)
        },
    )


def _asked(settings: Settings) -> tuple[str, ...]:
    """An address of each source that the settings switch on."""
    found = [settings.arxiv.oai_url, settings.arxiv.rss_url]
    found += [settings.huggingface.url] if settings.huggingface.enabled else []
    found += [settings.biorxiv.url] if settings.biorxiv.servers else []
    found += [settings.crossref.url] if settings.crossref.venues else []
    return tuple(found + list(settings.feeds.urls))


def _is_used(settings: Settings, gate: str) -> bool:
    return {"huggingface": settings.huggingface.enabled, "openalex": settings.openalex.enabled}.get(gate, True)
