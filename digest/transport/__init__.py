"""How messages leave: one small protocol, SMTP and a folder of files behind it."""

from digest.transport.protocol import Transport

__all__ = ["Transport"]
