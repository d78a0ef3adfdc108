"""The parameters of a guardrail from what the command line was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.ids import account_id
from rootwarden.policy.guardrails.parameters import Parameters as Given

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["Given", "given_parameters"]


def given_parameters(
    *,
    partition: str,
    organization: str | None,
    management_account: str | None,
    delegate: str | None,
    network: Sequence[str] | None,
    sts_region: Sequence[str] | None,
    source_identity: Sequence[str] | None,
    operator: Sequence[str] | None,
    trust: Sequence[str] | None,
    no_mfa: bool,
    exempt: Sequence[str] | None,
    topic: str | None,
    member_role: str | None,
    bucket: str | None,
    results: str | None,
    prefix: str | None,
    key: str | None,
    notify: str | None,
    hub_bus: str | None,
) -> Given:
    """The parameters as values. Raises BadInput for one that cannot be meant."""
    return Given(
        partition=partition,
        organization=organization,
        management=account_id(management_account) if management_account else None,
        delegate=account_id(delegate) if delegate else None,
        networks=_each(network),
        regions=_each(sts_region),
        source_identities=_each(source_identity),
        operators=_each(operator),
        trusted=_each(trust),
        mfa=not no_mfa,
        exempt=tuple(account_id(one) for one in _each(exempt)),
        topic=topic,
        member_role=member_role,
        bucket=bucket,
        results=results,
        prefix=prefix or "",
        key=key,
        notify=notify,
        hub_bus=hub_bus,
    )


def _each(values: Sequence[str] | None) -> tuple[str, ...]:
    parts = (part.strip() for value in values or () for part in value.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
