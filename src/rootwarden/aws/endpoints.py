"""Whose endpoint a URL is: AWS's own, this machine's, or somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from rootwarden.errors import BadInput, EndpointRefused
from rootwarden.model.loopback import is_loopback

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", re.ASCII)
_GLOBAL_PLACE = re.compile(r"global|us-gov|aws(-[a-z]+)*-global", re.ASCII)
"""Where a global service has a place of its own: iam.global.api.aws, iam.us-gov.amazonaws.com."""

AWS = "aws"
"""The name of AWS's own endpoints in plans, ledgers and saved files."""


def is_aws_name(host: str, service: str, suffixes: Iterable[str]) -> bool:
    """Whether a host is AWS's own endpoint of a service, private (VPC) and FIPS ones included.

    The suffix alone proves nothing: customers own names under it too (load balancers, API gateways, buckets).
    """
    suffix = next((one for one in suffixes if host.endswith(f".{one}")), None)
    if suffix is None:
        return False
    labels = host.removesuffix(f".{suffix}").split(".")
    if labels[-1] == "vpce" and len(labels) == 4:  # noqa: PLR2004 - vpce-id.service.region.vpce
        return labels[0].startswith("vpce-") and labels[1] == service
    if labels[1:2] == ["dualstack"]:  # S3 writes it so
        del labels[1]
    named = labels[0] in {service, f"{service}-fips"}
    # A bucket called "sts" answers at sts.s3.amazonaws.com: what follows the service has to be a Region.
    return named and (len(labels) == 1 or (len(labels) == 2 and _is_place(labels[1])))  # noqa: PLR2004 - service.region


def _is_place(label: str) -> bool:
    return any(form.fullmatch(label) for form in (_REGION, _GLOBAL_PLACE))


def endpoint_identity(url: str, service: str, suffixes: Sequence[str], allowed_hosts: Iterable[str]) -> str:
    """``aws`` for AWS's own endpoint, else the URL. ``suffixes`` are the partition's: its own one first.

    Raises EndpointRefused for a host that is neither AWS's own nor loopback nor allowed by the configuration, and for plain
    HTTP to anywhere but this machine; BadInput for a URL that names no host.
    """
    scheme, host = _parts(url)
    if is_loopback(host):
        return url.rstrip("/")
    if scheme != "https":
        raise EndpointRefused(
            f"endpoint {url} for {service} would send credentials unencrypted",
            advice="Use https, or a loopback address.",
        )
    if service == "sts" and host == f"sts.{suffixes[0]}":
        raise EndpointRefused(
            f"endpoint {url} is the global STS endpoint, which answers AssumeRoot with InvalidAction",
            advice=f"Leave the override out, or name a regional endpoint such as sts.REGION.{suffixes[0]}.",
        )
    if is_aws_name(host, service, suffixes):
        return AWS
    if host in set(allowed_hosts):
        return url.rstrip("/")
    raise EndpointRefused(
        f"endpoint {url} for {service} is neither AWS's own name nor a loopback address",
        advice="Unset AWS_ENDPOINT_URL (and endpoint_url in the profile), or name the host under allowed_endpoints in the "
        "configuration if you trust it with root sessions.",
    )


def not_an_endpoint(url: str) -> BadInput:
    """What is said of a text that names no place on the web."""
    return BadInput(
        f"endpoint {url!r} is not an http(s) URL", advice="Write it as https://HOST or http://127.0.0.1:PORT."
    )


def _parts(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # an impossible port shows only when it is asked for
    except ValueError as error:
        raise not_an_endpoint(url) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise not_an_endpoint(url)
    return parts.scheme, host
