"""SCPs and RCPs are attached and detached."""

from __future__ import annotations

import json
from typing import Any, Literal

from rootwarden.emulator.control.base import Verbs
from rootwarden.emulator.control.refusal import ControlRefused, invalid, unknown
from rootwarden.emulator.control.views import AttachmentView
from rootwarden.emulator.org_checks import LONGEST_SCP, MOST_SCPS
from rootwarden.emulator.tree import OrganizationPolicy, Target
from rootwarden.policy import MalformedPolicy, parse_policy

PolicyType = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
_SCP: PolicyType = "SERVICE_CONTROL_POLICY"
_MOST = {"SERVICE_CONTROL_POLICY": (MOST_SCPS, LONGEST_SCP), "RESOURCE_CONTROL_POLICY": (5, 5120)}


class PolicyVerbs(Verbs):
    """Policies go by name or id; targets are account ids, OU paths such as ``/Workloads``, ``/``, or ids."""

    def attach_policy(
        self,
        policy: str,
        target: str,
        *,
        document: dict[str, Any] | None = None,
        type: PolicyType = _SCP,  # noqa: A002
    ) -> AttachmentView:
        """Attaches a policy of that name; with a document it is a new one."""
        with self._world.lock:
            organization, where = self._world.organization, self._target(target)
            if type not in organization.policy_types:
                text = f"the organization has not enabled policies of the type {type}"
                raise ControlRefused("PolicyTypeNotEnabled", text)
            held = [one for one in where.policies if one.type == type]
            if len(held) >= _MOST[type][0]:
                raise ControlRefused(
                    "TooManyPolicies", f"{target} has {len(held)} policies, which is the most"
                )
            if document is None:
                found = self._policy(policy, type)
                if found in where.policies:
                    raise ControlRefused("AlreadyAttached", f"{policy} is attached to {target} already")
            else:
                found = self._new(policy, type, document)
            organization.attach(found, where)
            return _view(found)

    def detach_policy(self, policy: str, target: str, *, type: PolicyType = _SCP) -> AttachmentView:  # noqa: A002
        """Detaches a policy; the last one of its type stays, as with AWS."""
        with self._world.lock:
            found, where = self._policy(policy, type), self._target(target)
            if found not in where.policies:
                raise ControlRefused("NotAttached", f"{policy} is not attached to {target}{_held(where)}")
            if sum(one.type == type for one in where.policies) == 1:
                raise ControlRefused("LastPolicy", f"{policy} is the last policy of {target}, and stays")
            self._world.organization.detach(found, where)
            return _view(found)

    def _policy(self, named: str, policy_type: str) -> OrganizationPolicy:
        known = [one for one in self._world.organization.policies.values() if one.type == policy_type]
        for one in known:
            if named in (one.id, one.name):
                return one
        raise unknown("policy", named, [one.name for one in known])

    def _new(self, name: str, policy_type: str, document: dict[str, Any]) -> OrganizationPolicy:
        organization = self._world.organization
        if any(one.name == name and one.type == policy_type for one in organization.policies.values()):
            raise ControlRefused("PolicyExists", f"there is a policy {name!r} already: leave document out")
        if not 1 <= len(name) <= 128:  # noqa: PLR2004 - AWS's limit for a policy's name
            raise invalid(["policy: a name has 1 to 128 characters"])
        content = json.dumps(document)
        try:
            parse_policy(document, name=name)
        except MalformedPolicy as error:
            raise invalid([f"document: {error.message}"]) from error
        longest = _MOST[policy_type][1]
        if len(content) > longest:
            raise invalid([f"document: at most {longest} characters, this has {len(content)}"])
        return organization.add_policy(name, policy_type, content)


def _held(target: Target) -> str:
    return f", which has {', '.join(one.name for one in target.policies)}" if target.policies else ""


def _view(policy: OrganizationPolicy) -> AttachmentView:
    return AttachmentView(policy.id, policy.name, policy.type, tuple(policy.targets))
