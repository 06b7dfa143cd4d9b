"""What other mail systems read in the DNS before they take our mail: SPF, DKIM, DMARC and the relay's own name."""

import re
from collections.abc import Iterator

from digest.headers import ascii_domain
from digest.transport.dns import Names
from digest.upkeep.doctor.values import Examined, Finding, broken, ok, unchecked, warning

SUBJECTS = ("SPF", "DKIM", "DMARC", "PTR")


def records(examined: Examined) -> Iterator[Finding]:
    """One line each for SPF, DKIM, DMARC and PTR."""
    if examined.names is None:
        for what in SUBJECTS:
            yield unchecked(what, "no resolver is configured", "set [doctor] resolver to the address of one")
        return
    domain = ascii_domain(examined.site.sender.rpartition("@")[2])
    envelope = examined.returns.bounces or examined.site.sender
    yield _spf(examined.names, ascii_domain(envelope.rpartition("@")[2]))
    yield _dkim(examined)
    yield _dmarc(examined.names, domain)
    yield _ptr(examined)


def _spf(names: Names, domain: str) -> Finding:
    """RFC 7208: one record, and no more, of the domain that the envelope names."""
    found = [text for text in names.txt(domain) if re.match(r"v=spf1(\s|$)", text, re.I)]
    if not found:
        return warning("SPF", f"{domain} has none", f'add a TXT record to {domain}: "v=spf1 a:YOUR-RELAY -all"')
    if len(found) > 1:
        return broken("SPF", f"{domain} has {len(found)} records, so none counts (RFC 7208 §4.5)", "keep one of them")
    if re.search(r"\+all\b", found[0]):
        return warning("SPF", f"{domain} lets everybody send: {found[0]}", "end it with -all or ~all")
    return ok("SPF", f"{domain}: {found[0]}")


def _dkim(examined: Examined) -> Finding:
    """RFC 6376 §3.6: the key that verifies what is signed here."""
    dkim = examined.dkim
    if not dkim.domain or examined.names is None:
        return unchecked("DKIM", "mails are not signed here", "the relay should sign; else set [dkim]")
    name = f"{dkim.selector}._domainkey.{ascii_domain(dkim.domain)}"
    found = examined.names.txt(name)
    if not found:
        return broken("DKIM", f"{name} has no record, so every signature fails", "publish the public key there")
    if re.search(r"(^|;)\s*p=\s*(;|$)", found[0]):
        return broken("DKIM", f"the key at {name} is revoked", "publish a new one, and set [dkim] to it")
    return ok("DKIM", f"{name} has a key")


def _dmarc(names: Names, domain: str) -> Finding:
    """RFC 7489 §6.3; large providers ask senders of lists for it."""
    found = [text for text in names.txt(f"_dmarc.{domain}") if text.lower().startswith("v=dmarc1")]
    if len(found) != 1:
        told = "has none" if not found else f"has {len(found)}, so none counts"
        return warning("DMARC", f"_dmarc.{domain} {told}", f'one TXT record at _dmarc.{domain}: "v=DMARC1; p=none"')
    return ok("DMARC", f"{domain}: {found[0]}")


def _ptr(examined: Examined) -> Finding:
    """The relay's address has a name, and the name the address (RFC 1912 §2.1)."""
    names, host = examined.names, examined.smtp.host
    if names is None or not host:
        return unchecked("PTR", "no relay is configured", "set [smtp] host")
    addresses = names.addresses(host)
    if not addresses:
        return unchecked("PTR", f"the resolver knows no address of {host}", "a relay on this host has its own records")
    for address in addresses:
        called = names.names_of(address)
        if not any(address in names.addresses(name) for name in called):
            return warning("PTR", f"{address} of {host} has no name that leads back to it", "ask who owns the address")
    return ok("PTR", f"{host} has a name that leads back to it")
