"""Connections that all clients of a caller share: one TLS context, certificates read once, none dropped for want of room."""

from __future__ import annotations

from ssl import SSLContext
from typing import Any

from botocore.httpsession import URLLib3Session, get_cert_path
from botocore.utils import get_environ_proxies


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
            )
        session = self._sessions[key]
        client.meta.events.register("before-send", lambda request, **_others: session.send(request))


class _CertificatesReadOnce(URLLib3Session):
    """botocore's own HTTP session, with the certificates in its TLS context from the start.

    Should botocore come to do this under other names, these methods are not called, and nothing but speed is lost.
    """

    _verify: Any

    def _get_ssl_context(self) -> SSLContext:
        context: SSLContext = super()._get_ssl_context()  # type: ignore[misc]  # the stubs show no private methods
        if self._verify:
            context.load_verify_locations(get_cert_path(self._verify))
        return context

    def _setup_ssl_cert(self, conn: Any, url: str, verify: Any) -> None:
        super()._setup_ssl_cert(conn, url, verify)  # type: ignore[misc]  # the same
        conn.ca_certs = None  # or they would be read again
