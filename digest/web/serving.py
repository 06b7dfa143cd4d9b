"""The server round the web door."""

import logging

import uvicorn
from starlette.types import ASGIApp

_CONNECTIONS = 1000  # beyond them a client is told 503
_GOODBYE_SECONDS = 4  # for requests that still run when the server is asked to stop


def server(app: ASGIApp, *, host: str, port: int) -> uvicorn.Server:
    """A server that `run()` keeps until SIGTERM; it logs through our own handlers and never writes a path."""
    # The access log would write every token. uvicorn itself only takes the logger's handlers away, and writes again as
    # soon as somebody adds one.
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="off",
            server_header=False,
            proxy_headers=False,  # nothing here asks who the client is
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_GOODBYE_SECONDS,
        )
    )
