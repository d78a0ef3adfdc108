"""Posting a JSON document to a webhook, within a time that is kept whatever the other side does."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from rootwarden.model.loopback import is_loopback
from rootwarden.model.outcome import Done, Failed, Unknown
from rootwarden.model.reason import Reason, Source, local

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCEPTED: Final = range(200, 300)


def shown(url: str) -> str:
    """Scheme and host: the rest of a webhook's address may be all it takes to post there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def post(url: str, document: Mapping[str, Any], *, seconds: float, version: str) -> Done | Failed | Unknown:
    """What came of posting: done where a 2xx answer came in time. Raises nothing; no text holds more of the URL than its host."""
    sending = _Sending(url, document, seconds, version)
    # A daemon thread: an answer that drips in byte by byte would hold a plain call, and the program's end, for as long as it likes.
    thread = threading.Thread(target=sending.run, daemon=True)
    thread.start()
    thread.join(seconds)
    return sending.outcome or Unknown(
        local("no_answer_in_time", f"{shown(url)} did not answer within {seconds:g} seconds")
    )


@dataclass(slots=True)
class _Sending:
    url: str
    document: Mapping[str, Any]
    seconds: float
    version: str
    outcome: Done | Failed | Unknown | None = field(default=None)

    def run(self) -> None:
        try:
            answer = _pool(self.url).request(
                "POST",
                self.url,
                json=dict(self.document),
                headers={"User-Agent": f"rootwarden/{self.version}"},
                timeout=self.seconds,
                retries=False,
                redirect=False,  # what is posted goes to the host that is configured, and nowhere else
                preload_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.outcome = _without_answer(self.url, error)
            return
        answer.close()
        if answer.status in _ACCEPTED:
            self.outcome = Done()
        else:
            text = f"{shown(self.url)} answered HTTP {answer.status}"
            self.outcome = Failed(Reason(Source.NETWORK, str(answer.status), text))


def _without_answer(url: str, error: Exception) -> Failed | Unknown:
    """By the kind of the error alone: its text may hold the whole URL."""
    cause = error.__cause__ or error
    kind = type(error).__name__
    text = f"no answer from {shown(url)}: {kind}" + ("" if cause is error else f" ({type(cause).__name__})")
    reason = Reason(Source.NETWORK, kind, text)
    never_sent = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.SSLError,
        urllib3.exceptions.ProxyError,
        ValueError,
    )
    return Failed(reason) if isinstance(error, never_sent) else Unknown(reason)


def _pool(url: str) -> urllib3.PoolManager:
    """Certificates are verified; the proxy is the environment's, as for AWS, and none for this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = getproxies().get(parts.scheme)
    if proxy and not is_loopback(host) and not proxy_bypass(host):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()
