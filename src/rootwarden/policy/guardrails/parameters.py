"""What shapes a guardrail: accounts, roles, networks and names, checked before anything is rendered."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.errors import BadInput
from rootwarden.model.ids import AccountId, root_arn
from rootwarden.model.operator_role import OperatorRole
from rootwarden.policy.alerts.subscriber import protocol_of

if TYPE_CHECKING:
    from rootwarden.policy.guardrails.guardrail import Guardrail

_PRINCIPAL: Final = re.compile(
    r"arn:(?P<partition>[a-z0-9-]+):iam::(?P<account>[0-9]{12}):(role|user)/[\w+=,.@/*?-]+", re.ASCII
)
_SOURCE_IDENTITY: Final = re.compile(r"[\w+=,.@*?-]{1,64}", re.ASCII)
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z0-9]+)+-[0-9]+", re.ASCII)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX: Final = re.compile(r"[\w!.()/=+@,'-]*", re.ASCII)
_KEY: Final = re.compile(r"arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+", re.ASCII)
_ROLE: Final = re.compile(r"([\w+=,.@-]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_TOPIC: Final = re.compile(r"arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[\w-]+(\.fifo)?", re.ASCII)
_BUS: Final = re.compile(
    r"arn:[a-z0-9-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/(?P<name>[\w./-]{1,256})", re.ASCII
)
_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one rendering. Raises BadInput for a value that cannot be meant."""

    partition: str = "aws"
    organization: str | None = None
    """The organization's id."""
    management: AccountId | None = None
    delegate: AccountId | None = None
    accounts: tuple[AccountId, ...] = ()
    """The member accounts that sessions are opened in; empty: every one."""
    networks: tuple[str, ...] = ()
    """CIDR blocks that calls have to come from; empty: from anywhere."""
    regions: tuple[str, ...] = ()
    """Regions whose STS endpoint may be called; empty: any."""
    source_identities: tuple[str, ...] = ()
    """Patterns of which the caller's source identity has to fit one; empty: none is asked for."""
    operators: tuple[str, ...] = ()
    """ARNs of the roles that may open root sessions; empty: the operator roles by their default names."""
    trusted: tuple[str, ...] = ()
    """ARNs of users and roles that may assume the operator roles."""
    mfa: bool = True
    """Whether the trust policy asks for MFA."""
    exempt: tuple[AccountId, ...] = ()
    """Accounts whose signed-in root user is spared, as for an open recovery."""
    topic: str | None = None
    """The ARN of an SNS topic that notifications go to."""
    member_role: str | None = None
    """The role of member accounts that is assumed to look into their event histories, by its name or path and name."""
    bucket: str | None = None
    """The ledger's, or the trail's."""
    results: str | None = None
    """The bucket that Athena writes its results to."""
    prefix: str = ""
    key: str | None = None
    notify: str | None = None
    """Who is told by alerts: an e-mail address, an https address, the ARN of a queue or a function."""
    hub_bus: str | None = None
    """The ARN of a central event bus that alerts pass whole events on to, instead of telling a topic."""

    def __post_init__(self) -> None:
        for network in self.networks:
            _check_network(network)
        for arn in (*self.operators, *self.trusted):
            _check(_PRINCIPAL, arn, "the ARN of an IAM role or user")
        for region in self.regions:
            _check(_REGION, region, "a Region")
        for pattern in self.source_identities:
            _check(_SOURCE_IDENTITY, pattern, "a pattern of source identities")
        for one in self.trusted:
            if "*" in one or "?" in one:
                raise BadInput(
                    f"{one}: a trust policy takes no wildcard in a principal",
                    advice="Name the role or user in full.",
                )
        for text, form, what in (
            (self.organization, _ORGANIZATION, "the id of an organization"),
            (self.bucket, _BUCKET, "the name of a bucket"),
            (self.results, _BUCKET, "the name of a bucket"),
            (self.prefix, _PREFIX, "a prefix of object keys"),
            (self.topic, _TOPIC, "the ARN of an SNS topic"),
            (self.member_role, _ROLE, "the name of a role"),
            (self.key, _KEY, "the ARN of a KMS key"),
        ):
            if text:
                _check(form, text, what)
        self._check_alerts()

    def _check_alerts(self) -> None:
        if self.notify:
            protocol_of(self.notify)
        if not self.hub_bus:
            return
        found = _BUS.fullmatch(self.hub_bus)
        if found is None or found["name"] == "default":
            raise BadInput(
                f"{self.hub_bus!r} is not the ARN of an event bus of its own",
                advice="Such as arn:aws:events:eu-central-1:111122223333:event-bus/RootwardenHub; 'alerts-hub' makes one.",
            )
        if self.notify:
            raise BadInput(
                "with --hub-bus the bus tells somebody, and the accounts have no topics",
                advice="Give --notify to 'alerts-hub', and leave it out here.",
            )

    @property
    def operator_arns(self) -> tuple[str, ...]:
        """The roles that may open root sessions."""
        return self.operators or tuple(self.role_arn(role) for role in OperatorRole)

    def role_arn(self, role: OperatorRole) -> str:
        """An operator role by its default name in the delegated administrator's account."""
        return f"arn:{self.partition}:iam::{self.delegate}:role/{role.role_name}"

    @property
    def targets(self) -> tuple[str, ...]:
        """The ARNs of the root users that sessions may be opened as."""
        return tuple(root_arn(self.partition, one) for one in self.accounts) or (
            f"arn:{self.partition}:iam::*:root",
        )

    def check_for(self, guardrail: Guardrail) -> None:
        """Raises BadInput where the guardrail cannot be rendered without a parameter that was not given."""
        missing = [name for name in guardrail.needs if not getattr(self, name)]
        if missing:
            flags = " and ".join(OPTION_OF[name] for name in missing)
            raise BadInput(
                f"guardrail {guardrail.name} needs {flags}",
                advice=f"It takes: {', '.join(OPTION_OF[name] for name in guardrail.takes)}.",
            )


OPTION_OF: Final = {
    "organization": "--organization",
    "management": "--management-account",
    "delegate": "--delegate",
    "accounts": "--account, --ou, --tag",
    "networks": "--network",
    "regions": "--sts-region",
    "source_identities": "--source-identity",
    "operators": "--operator",
    "trusted": "--trust",
    "mfa": "--no-mfa",
    "exempt": "--exempt",
    "topic": "--topic",
    "member_role": "--member-role",
    "bucket": "--bucket",
    "results": "--results",
    "prefix": "--prefix",
    "key": "--key",
    "notify": "--notify",
    "hub_bus": "--hub-bus",
}
"""The option of the command line that gives each parameter."""


def _check(form: re.Pattern[str], text: str, what: str) -> None:
    if not form.fullmatch(text):
        raise BadInput(f"{text!r} is not {what}", advice="Correct it, or leave it out.")


def _check_network(text: str) -> None:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a CIDR block: {error}", advice="Such as 203.0.113.0/24.") from error
    if network.prefixlen == 0:
        raise BadInput(
            f"{text} is every address, and limits nothing",
            advice="Leave --network out, or name a smaller block.",
        )
