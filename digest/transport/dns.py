"""What the DNS says of a domain, by dnspython and one resolver that the operator names."""

from typing import Any

import dns.exception
import dns.resolver
import dns.reversename

from digest.errors import TransportError

_SECONDS = 5.0


class Names:
    """Names in, records out; TransportError where nobody answers."""

    def __init__(self, resolver: str, *, port: int = 53) -> None:
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.nameservers = [resolver]
        self._resolver.port = port
        self._resolver.lifetime = _SECONDS

    def txt(self, name: str) -> list[str]:
        """The texts of a name, each put together from its parts (RFC 7208 §3.3); none where there is none."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._records(name, "TXT")]

    def addresses(self, host: str) -> list[str]:
        """Its addresses of both families."""
        return [record.address for kind in ("A", "AAAA") for record in self._records(host, kind)]

    def names_of(self, address: str) -> list[str]:
        """What an address is called (PTR)."""
        found = self._records(dns.reversename.from_address(address).to_text(), "PTR")
        return [record.target.to_text().rstrip(".") for record in found]

    def _records(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(name, kind))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            problem = f"the resolver gives no answer about {name} ({type(error).__name__}); check [doctor] resolver"
            raise TransportError(problem, permanent=False) from error
