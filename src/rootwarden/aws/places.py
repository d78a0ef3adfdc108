"""Where a caller's calls go, as the variables that send another program there.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore import UNSIGNED
from botocore.config import Config

from rootwarden.aws.endpoints import AWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

_OF_A_SESSION: Final = ("sts", "iam", "s3", "sqs")
"""The services a root session's tasks may call, and the one that says who is calling."""
_NO_OVERRIDES: Final[dict[str, Any]] = {"ignore_configured_endpoint_urls": True}
"""An option of botocore's that its type stubs do not know."""
_VARIANTS: Final = {
    "AWS_USE_FIPS_ENDPOINT": "use_fips_endpoint",
    "AWS_USE_DUALSTACK_ENDPOINT": "use_dualstack_endpoint",
}


def places_of(core: Session, client: Callable[[str], Any], *, region: str, endpoint: str) -> dict[str, str]:
    """The Region, another endpoint where there is one, and the certificates to trust there.

    An endpoint that AWS names itself (a VPC endpoint) is passed on for each service that has one.
    """
    places = {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        # Older programs would take the global endpoint, which knows no root sessions.
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
    }
    places |= {name: "true" for name, key in _VARIANTS.items() if core.get_config_variable(key)}
    bundle = core.get_config_variable("ca_bundle")
    if bundle:
        places["AWS_CA_BUNDLE"] = str(bundle)
    if endpoint != AWS:
        return places | {"AWS_ENDPOINT_URL": endpoint}
    for service in _OF_A_SESSION:
        used = client(service).meta
        # Unsigned, so that no credentials are looked for.
        plain = Config(signature_version=UNSIGNED, **_NO_OVERRIDES)
        own = core.create_client(service, region_name=used.region_name, config=plain)
        if used.endpoint_url != own.meta.endpoint_url:
            places[f"AWS_ENDPOINT_URL_{service.upper()}"] = used.endpoint_url
    return places
