"""The certificates a client trusts, read once for all of its connections."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from botocore.httpsession import get_cert_path
from urllib3.exceptions import SSLError  # what botocore expects of urllib3, on which it stands

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext


def read_trust_once(client: Any) -> None:
    """Lets the connections of a client share what they trust; call it before the first of them.

    botocore reads the whole bundle again for each new connection (some 20 ms of CPU, while a call takes 1 ms), and a bulk run
    opens as many as it has accounts under work. It offers no setting for that, so this changes the client's HTTP session; one
    that is not built as expected is left as it is, since that only costs time.
    """
    session: Any = getattr(getattr(client, "_endpoint", None), "http_session", None)
    settings = getattr(getattr(session, "_manager", None), "connection_pool_kw", {})
    if "ssl_context" in settings and hasattr(session, "_setup_ssl_cert"):
        session._setup_ssl_cert = _Trust(session._setup_ssl_cert, settings["ssl_context"])  # noqa: SLF001 - see above


class _Trust:
    """In place of ``_setup_ssl_cert``, which botocore calls with the connection pool before each call."""

    def __init__(self, usual: Callable[..., None], context: SSLContext) -> None:
        self._usual = usual
        self._context = context
        self._reading = threading.Lock()
        self._read = False

    def __call__(self, pool: Any, url: str, verify: Any) -> None:
        # Behind a proxy the pool has a context of its own, which does not know what this one has read.
        if not verify or getattr(pool, "conn_kw", {}).get("ssl_context") is not self._context:
            self._usual(pool, url, verify)
            return
        with self._reading:
            if not self._read:
                try:
                    self._context.load_verify_locations(get_cert_path(verify))
                except OSError as error:
                    raise SSLError(error) from error  # botocore makes its own error of it
                self._read = True
        pool.cert_reqs = "CERT_REQUIRED"
        pool.ca_certs = None  # nothing to read beyond that
