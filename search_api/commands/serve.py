"""The command that serves the pages and the API."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import click

from indexer import __version__
from indexer.command import index_option, say
from indexer.errors import AddressUnusable
from search_api.commands.options import (
    model_option,
    ranker_option,
    reranker_option,
    reranker_seconds_option,
)
from search_api.engine.live import ranker_of, reranker_of


@click.command(short_help="Serve the pages and the HTTP API.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--threads", type=click.IntRange(1), envvar="AKIN_THREADS",
              help="Of each worker, for the model.  [default: cores / workers]")  # fmt: skip
@click.option("--decide/--no-decide", default=None,
              help="Whether who reaches the server may decide on duplicates.  "
              "[default: only at this machine]")  # fmt: skip
@index_option
@model_option
@ranker_option
@reranker_option
@reranker_seconds_option
def serve(
    host: str,
    port: int,
    workers: int,
    threads: int | None,
    decide: bool | None,
    index_path: Path,
    model: str | None,
    ranker: str | None,
    reranker: str | None,
    reranker_seconds: float,
) -> int:
    """Serve the pages and the HTTP API; a new generation is taken up as soon as it is published."""
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from search_api.app import LONGEST_HEAD

    _check_free(host, port)
    reranker_of(reranker)  # whether they can be had is found out now
    ranker_of(ranker)
    os.environ["AKIN_INDEX"] = str(index_path.resolve())
    os.environ["AKIN_MODEL"] = model or ""
    os.environ["AKIN_RANKER"] = ranker or ""
    os.environ["AKIN_RERANKER"] = reranker or ""
    os.environ["AKIN_RERANKER_SECONDS"] = str(reranker_seconds)
    os.environ["AKIN_THREADS"] = str(threads or max(1, (os.cpu_count() or 1) // workers))
    os.environ["AKIN_DECIDERS"] = _deciders(host, decide)
    own = {"search_api": {"handlers": ["default"], "level": "INFO", "propagate": False}}
    say(f"akin {__version__} on http://{host}:{port}, its API on /docs")
    try:
        uvicorn.run(
            "search_api.app:create_app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            log_config={
                **LOGGING_CONFIG,
                "loggers": {**LOGGING_CONFIG["loggers"], **own},
                "filters": {"visible": {"()": "indexer.command.VisibleLog"}},
                "handlers": {
                    name: {**handler, "filters": ["visible"]}
                    for name, handler in LOGGING_CONFIG["handlers"].items()
                },
            },
        )
    except SystemExit as stopped:  # uvicorn's own codes mean other things than akin's
        return int(bool(stopped.code))
    return 0


def _deciders(host: str, decide: bool | None) -> str:
    """Return who may decide on duplicates; see :data:`search_api.http.deciding.Deciders`."""
    from search_api.http.deciding import is_loopback

    if decide is None:
        return "here" if is_loopback(host) else "nobody"
    return "everybody" if decide else "nobody"


def _check_free(host: str, port: int) -> None:
    """Find out before a model is loaded that nobody else listens there.

    Raises:
        AddressUnusable: somebody does, or the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        hint = "Stop what listens there, or choose another port: --port, make run PORT=8001"
        raise AddressUnusable(
            f"{host}:{port}: {error.strerror or error}. {hint if in_use else ''}".rstrip(". ")
        ) from error
