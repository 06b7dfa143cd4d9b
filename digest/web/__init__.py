"""The web door: whether the server lives, and the way out of every mail."""

from digest.web.app import web_app
from digest.web.serving import server

__all__ = ["server", "web_app"]
