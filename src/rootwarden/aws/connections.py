"""Connections that all clients of a caller share: one TLS context, certificates read once, none dropped for want of room."""

from __future__ import annotations

import socket
import threading
from ssl import SSLContext
from typing import Any

from botocore.httpsession import URLLib3Session, get_cert_path
from botocore.utils import get_environ_proxies
from urllib3.exceptions import SSLError  # botocore stands on urllib3

_AT_ONCE = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
"""As botocore sets it on its own connections: else the second packet of a call waits 40 ms for the first one's receipt."""


class Connections:
    """Carries the requests of botocore's clients, over as many connections as there are calls at a time.

    By itself botocore reads the certificates of the authorities anew for every connection, which takes longer than a call.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._sessions: dict[Any, URLLib3Session] = {}

    def carry(self, client: Any, *, ca_bundle: str | bool | None) -> None:
        """Makes a client use them; its proxies, time limits and certificates stay those of its configuration."""
        config = client.meta.config
        proxies = config.proxies
        if proxies is None:
            proxies = get_environ_proxies(client.meta.endpoint_url)
        timeout = (config.connect_timeout, config.read_timeout)
        key = (str(proxies), str(config.proxies_config), config.client_cert, ca_bundle, timeout)
        if key not in self._sessions:
            make: Any = _CertificatesReadOnce  # its stubs know fewer types of arguments than it takes
            self._sessions[key] = make(
                verify=True if ca_bundle is None else ca_bundle,
                proxies=proxies,
                timeout=timeout,
                max_pool_connections=self._size,
                client_cert=config.client_cert,
                proxies_config=config.proxies_config,
                socket_options=_AT_ONCE,
            )
        session = self._sessions[key]
        client.meta.events.register("before-send", lambda request, **_others: session.send(request))


class _CertificatesReadOnce(URLLib3Session):
    """botocore's own HTTP session, which reads the certificates into its TLS context with the first call.

    Should botocore come to do this under another name, the method is not called, and nothing but speed is lost.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._reading = threading.Lock()
        self._know: set[SSLContext] = set()
        """The contexts that have read them; behind a proxy it is another one."""

    def _setup_ssl_cert(self, conn: Any, url: str, verify: Any) -> None:
        context = getattr(conn, "conn_kw", {}).get("ssl_context")
        if context is None or not verify:
            super()._setup_ssl_cert(conn, url, verify)  # type: ignore[misc]  # the stubs show no private methods
            return
        with self._reading:
            if context not in self._know:
                try:
                    context.load_verify_locations(get_cert_path(verify))
                except OSError as error:
                    raise SSLError(error) from error  # as urllib3 would; botocore makes its own error of it
                self._know.add(context)
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = None  # or they would be read again
