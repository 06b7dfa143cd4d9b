"""The web door: whether the server lives, and the pages behind the links of a mail."""

from digest.web.app import web_app
from digest.web.serving import server

__all__ = ["server", "web_app"]
