"""Who may decide on duplicates through this server: nobody from elsewhere, no other site."""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request

from indexer.errors import DecisionRefused
from search_api.engine.engine import Engine

Deciders = Literal["nobody", "here", "everybody"]
"""Who may decide: ``here`` is who sits at the machine that serves."""

_START = "akin serve --decide lets everybody decide who reaches it; akin decide does it here"


def may_decide(request: Request, engine: Engine) -> bool:
    """Tell whether who asks may decide on duplicates, and it can be kept."""
    return _may_decide(request) and engine.duplicates.can_be_kept()


def _may_decide(request: Request) -> bool:
    """Tell whether who asks is one of those who may decide.

    At the machine itself, all must be of it: the address that asks, the name that is asked for (a
    site elsewhere may have its name lead here), and the page that asks.
    """
    deciders: Deciders = request.app.state.deciders
    if deciders == "here":
        client = request.client.host if request.client else ""
        asked, origin = request.headers.get("host", ""), request.headers.get("origin")
        hosts = [client, _host(f"//{asked}"), *([] if origin is None else [_host(origin)])]
        return all(map(is_loopback, hosts))
    return deciders == "everybody"


def check_decider(request: Request) -> None:
    """Let a decision pass, if who sends it may decide, and sends it from a page of this server.

    Browsers say where a request comes from: by ``Sec-Fetch-Site``, elsewhere by ``Origin``. Who
    says neither is no browser, so no other site can have made it ask.

    Raises:
        DecisionRefused: otherwise.
    """
    if not _may_decide(request):
        raise DecisionRefused(f"this server takes no decisions. {_START}")
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours:
        raise DecisionRefused(
            f"sent by another site ({origin or site}): decide on the page of this server"
        )


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is of the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
