"""The options that shape a guardrail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from rootwarden.app.guardrail_parameters import Given, given_parameters
from rootwarden.cli.shared_options import with_options_of

_PANEL = "Parameters"


def _option(help_text: str, *names: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help_text, metavar=metavar, rich_help_panel=_PANEL)


NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A guardrail; 'guardrails list' shows them.")
]
PartitionOption = Annotated[str, _option("The partition of ARNs, where AWS is not asked.", metavar="NAME")]
OrganizationOption = Annotated[
    str | None, _option("The organization's id; read where it can be.", metavar="ID")
]
ManagementOption = Annotated[
    str | None, _option("The management account; read where it can be.", "--management-account", metavar="ID")
]
DelegateOption = Annotated[
    str | None, _option("The delegated administrator for IAM; read where it can be.", metavar="ID")
]
NetworkOption = Annotated[
    list[str] | None, _option("A network that AssumeRoot has to come from; repeat it.", metavar="CIDR")
]
StsRegionOption = Annotated[
    list[str] | None, _option("A Region whose STS endpoint may be called; repeat it.", metavar="REGION")
]
SourceIdentityOption = Annotated[
    list[str] | None, _option("A pattern of source identities to ask for; repeat it.", metavar="PATTERN")
]
OperatorOption = Annotated[
    list[str] | None,
    _option("A role that may open root sessions, instead of the operator roles; repeat it.", metavar="ARN"),
]
TrustOption = Annotated[
    list[str] | None, _option("A user or role that may assume the operator roles; repeat it.", metavar="ARN")
]
NoMfaOption = Annotated[bool, _option("Do not ask for MFA: for sessions of IAM Identity Center.", "--no-mfa")]
ExemptOption = Annotated[
    list[str] | None,
    _option("An account whose signed-in root user is spared, for an open recovery; repeat it.", metavar="ID"),
]
TopicOption = Annotated[str | None, _option("The SNS topic of the notifications.", metavar="ARN")]
MemberRoleOption = Annotated[
    str | None,
    _option(
        "The role of member accounts that is assumed to look into their event histories.", metavar="NAME"
    ),
]
BucketOption = Annotated[str | None, _option("The bucket of the ledger, or of the trail.", metavar="NAME")]
ResultsOption = Annotated[str | None, _option("The bucket of Athena's results.", metavar="NAME")]
PrefixOption = Annotated[
    str | None, _option("The prefix of the ledger, or of the trail, in the bucket.", metavar="PREFIX")
]
KeyOption = Annotated[
    str | None,
    _option("The KMS key that signs checkpoints, or that the trail is encrypted with.", metavar="ARN"),
]
NotifyOption = Annotated[
    str | None,
    _option(
        "Who is told by alerts: an e-mail or https address, the ARN of a queue or function.",
        metavar="ENDPOINT",
    ),
]
HubBusOption = Annotated[
    str | None,
    _option(
        "A central event bus that alerts pass whole events on to, session tokens included.", metavar="ARN"
    ),
]


def parameters_of(
    partition: PartitionOption = "aws",
    organization: OrganizationOption = None,
    management_account: ManagementOption = None,
    delegate: DelegateOption = None,
    network: NetworkOption = None,
    sts_region: StsRegionOption = None,
    source_identity: SourceIdentityOption = None,
    operator: OperatorOption = None,
    trust: TrustOption = None,
    no_mfa: NoMfaOption = False,
    exempt: ExemptOption = None,
    topic: TopicOption = None,
    member_role: MemberRoleOption = None,
    bucket: BucketOption = None,
    results: ResultsOption = None,
    prefix: PrefixOption = None,
    key: KeyOption = None,
    notify: NotifyOption = None,
    hub_bus: HubBusOption = None,
) -> Given:
    """The parameters these options mean; raises BadInput for one that cannot be meant."""
    return given_parameters(
        partition=partition,
        organization=organization,
        management_account=management_account,
        delegate=delegate,
        network=network,
        sts_region=sts_region,
        source_identity=source_identity,
        operator=operator,
        trust=trust,
        no_mfa=no_mfa,
        exempt=exempt,
        topic=topic,
        member_role=member_role,
        bucket=bucket,
        results=results,
        prefix=prefix,
        key=key,
        notify=notify,
        hub_bus=hub_bus,
    )


def takes_parameters(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that shape a guardrail; it gets what they mean as its parameter ``parameters``."""
    return with_options_of(parameters_of, command, "parameters")
