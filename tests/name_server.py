"""A DNS server on loopback that knows what it is told."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Records = Mapping[tuple[str, str], list[str]]  # (name, kind): the records as a zone file has them


@contextmanager
def name_server(records: Records) -> Iterator[int]:
    """Its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(sock, records), daemon=True)
        thread.start()
        port: int = sock.getsockname()[1]
        yield port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", port))
        thread.join(5)


def _serve(sock: socket.socket, records: Records) -> None:
    while True:
        wire, peer = sock.recvfrom(4096)
        if not wire:
            return
        sock.sendto(_answer(dns.message.from_wire(wire), records).to_wire(), peer)


def _answer(query: dns.message.Message, records: Records) -> dns.message.Message:
    (question,) = query.question
    name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    found = records.get((name, kind))
    if found:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
    elif not any(known == name for known, _ in records):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer
