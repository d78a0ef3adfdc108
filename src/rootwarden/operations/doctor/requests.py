"""What a root session, and the call that opens it, ask of the policies: actions, resources, and what is known of their context.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.model.ids import root_arn
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.policy import UNKNOWN, ContextValue, Request
from rootwarden.policy.root_session import ESSENTIAL, NEVER, NEVER_BEGIN, WITHOUT_RESOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask
    from rootwarden.operations.doctor.evidence import Evidence

__all__ = ["ANY_NAME", "ESSENTIAL", "MOST_NAMES", "WITHOUT_RESOURCE", "Asker"]

ANY_NAME: Final = "rootwarden-any-name"
"""A bucket or queue that no policy names."""
MOST_NAMES: Final = 40
"""Named buckets or queues that are tried one by one."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Makes the requests of one organization. ``keys`` are all condition keys its policies name: what is not known is unknown."""

    evidence: Evidence
    keys: frozenset[str]

    def session(
        self, action: str, account: AccountId, *, name: str = ANY_NAME, anywhere: bool = False
    ) -> Request:
        """An action of a root session; ``anywhere`` leaves open in which Region S3 and SQS are called."""
        context = self._session_context(action, account, anywhere=anywhere)
        context["aws:assumedroot"] = "true"
        return Request(action, self._resource(action, account, name), context)

    def signed_in(self, action: str, account: AccountId) -> Request:
        """The same by a root user that signed in: the key that tells root sessions is absent."""
        context = self._session_context(action, account)
        return Request(action, self._resource(action, account, ANY_NAME), context)

    def role(self, action: str, account: AccountId) -> Request:
        """The same by some role of the account."""
        context = self._session_context(action, account)
        context["aws:principalarn"] = f"arn:{self.evidence.partition.name}:iam::{account}:role/{ANY_NAME}"
        return Request(action, self._resource(action, account, ANY_NAME), context)

    def call(self, task: RootTask, account: AccountId) -> Request:
        """The call that opens the session."""
        partition = self.evidence.partition.name
        context = self._caller_context()
        context["sts:taskpolicyarn"] = task.policy_arn(partition)
        return Request("sts:AssumeRoot", root_arn(partition, account), context)

    def call_anywhere(self) -> Request:
        """The call with nothing known but what is asked: some principal, some Region."""
        context: dict[str, ContextValue] = dict.fromkeys(self.keys, UNKNOWN)
        account = self.evidence.organization.management_account_id
        return Request("sts:AssumeRoot", root_arn(self.evidence.partition.name, account), context)

    def _session_context(
        self, action: str, account: AccountId, *, anywhere: bool = False
    ) -> dict[str, ContextValue]:
        evidence = self.evidence
        service = action.partition(":")[0]
        regional = service in {"s3", "sqs"}
        known = self._common(account) | {
            "aws:principalarn": root_arn(evidence.partition.name, account),
            "aws:principalaccount": account,
            "aws:requestedregion": evidence.region if regional else evidence.partition.control_region,
        }
        if regional and anywhere:
            known["aws:requestedregion"] = UNKNOWN
        if regional and action not in WITHOUT_RESOURCE:
            known |= {
                "aws:resourceaccount": account,
                "aws:resourceorgid": evidence.organization.id,
                "aws:resourceorgpaths": known["aws:principalorgpaths"],
            }
        return self._with_unknown(known, NEVER, NEVER_BEGIN)

    def _caller_context(self) -> dict[str, ContextValue]:
        evidence, caller = self.evidence, self.evidence.caller
        is_user = ":user/" in caller.caller.arn
        known = self._common(caller.caller.account_id) | {
            "aws:principalaccount": caller.caller.account_id,
            "aws:userid": caller.caller.user_id,
            "aws:principaltype": "User" if is_user else "AssumedRole",
            "aws:requestedregion": evidence.sts_region,
        }
        known["aws:principalarn"] = UNKNOWN
        if isinstance(caller.details, Seen):
            known["aws:principalarn"] = caller.details.value.arn
        elif is_user:
            known["aws:principalarn"] = caller.caller.arn
        never = {"aws:assumedroot", "aws:tagkeys"}
        begins: tuple[str, ...] = ("aws:requesttag/", "aws:calledvia")
        if is_user:
            known["aws:username"] = caller.caller.arn.rpartition("/")[2]
            if isinstance(caller.details, Seen):
                # A session of a role may carry tags of its own besides the role's, a user only its own.
                tags = caller.details.value.tags
                known |= {f"aws:principaltag/{key.lower()}": value for key, value in tags.items()}
                begins = (*begins, "aws:principaltag/")
        else:
            never.add("aws:username")
        return self._with_unknown(known, never, begins)

    def _common(self, account: AccountId) -> dict[str, ContextValue]:
        return {
            "aws:principalorgid": self.evidence.organization.id,
            "aws:principalorgpaths": self._org_paths(account),
            "aws:securetransport": "true",
            "aws:viaawsservice": "false",
            "aws:principalisawsservice": "false",
        }

    def _org_paths(self, account: AccountId) -> ContextValue:
        lineage = self.evidence.places.lineages.get(account)
        if lineage is None or isinstance(lineage, NotSeen):
            return UNKNOWN
        return ("/".join((self.evidence.organization.id, *lineage.value[:-1], "")),)

    def _with_unknown(
        self, known: dict[str, ContextValue], never: Iterable[str], never_begin: tuple[str, ...]
    ) -> dict[str, ContextValue]:
        absent = frozenset(never)
        for key in self.keys:
            if (
                key not in known
                and key not in absent
                and key != "aws:assumedroot"
                and not key.startswith(never_begin)
            ):
                known[key] = UNKNOWN
        return known

    def _resource(self, action: str, account: AccountId, name: str) -> str:
        partition = self.evidence.partition.name
        if action in WITHOUT_RESOURCE:
            return "*"
        match action.partition(":")[0]:
            case "s3":
                return f"arn:{partition}:s3:::{name}"
            case "sqs":
                return f"arn:{partition}:sqs:{self.evidence.region}:{account}:{name}"
        return root_arn(partition, account)
