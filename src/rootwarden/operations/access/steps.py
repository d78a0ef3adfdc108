"""Who could make it so that they can: by changing policies, or by becoming somebody who can. Pure.

One step, which may take more than one call; what only two steps lead to is not looked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.access import Can, Step
from rootwarden.model.features import CallerRole
from rootwarden.operations.access.becoming import Becoming
from rootwarden.operations.access.reach import Allowed, Means, Reach, together
from rootwarden.operations.access.ways import PERMISSION_SETS
from rootwarden.policy import parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.model.ids import AccountId
    from rootwarden.operations.access.able import Roles
    from rootwarden.operations.access.evidence import AccessEvidence
    from rootwarden.operations.access.grants import Could, GrantJudge
    from rootwarden.operations.access.people import Census, Person

_EVERYTHING: Final = parse_policy(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="a policy of its own",
)
_NEW: Final = "rootwarden-any-name"
_GIVES: Final = ("Put", "Attach")
_Way = tuple[str, str]
"""Its name, and what is done."""
_ITSELF: Final = ("own_policy", "gives itself a policy")
_GROUP: Final = ("own_group", "gives a group it is in a policy")
_VERSION: Final = ("policy_version", "writes a new version of a policy it has")


@dataclass(slots=True)
class StepJudge:
    """Looks for steps of principals of whom it is known what they can."""

    evidence: AccessEvidence
    grants: GrantJudge
    censuses: Mapping[AccountId, Census]
    roles: Roles
    """Those that can."""
    users: tuple[Person, ...]
    """Users that can."""
    _reach: Reach = field(init=False)
    _becoming: Becoming = field(init=False)
    _whole: dict[tuple[str, bool], Could | None] = field(default_factory=dict)
    _new: dict[tuple[str, bool], Could | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reach = Reach(self.evidence)
        self._becoming = Becoming(self.evidence, self.roles, self.users)

    def steps(self, person: Person) -> tuple[Step, ...]:
        """Every way a principal has."""
        means = self._reach.of(person)
        found: list[Step] = list(self._becoming.steps(person, means))
        if means is not None:
            found += self._own(person, means)
            found += self._new_ones(person, means)
            found += self._permission_sets(person, means)
        return tuple(found)

    # -- policies of its own ------------------------------------------------------------------------------------------------

    def _own(self, person: Person, means: Means) -> Iterator[Step]:
        kind, arn = ("User" if person.is_user else "Role"), person.holder.arn
        own = tuple(one for one in person.attached if ":iam::aws:" not in one)
        gives = [
            *(() if person.fixed else ((_ITSELF, f"iam:{verb}{kind}Policy", (arn,)) for verb in _GIVES)),
            *((_GROUP, f"iam:{verb}GroupPolicy", person.groups) for verb in _GIVES),
            (_VERSION, "iam:CreatePolicyVersion", own),
        ]
        for way, action, targets in gives:
            for target in targets:
                said = means.may(action, target)
                if said is not None:
                    shown = () if target == arn else (target,)
                    yield from self._granted(person, means, way, (action, shown, said))
        yield from self._older_versions(person, means, own)
        yield from self._other_groups(person, means)
        if person.boundary is not None:
            yield from self._without_boundary(person, means, self.grants.could(_unbounded(person)), ())

    def _granted(
        self, person: Person, means: Means, way: _Way, done: tuple[str, tuple[str, ...], Allowed]
    ) -> Iterator[Step]:
        """A step that gives the principal any policy it likes, where that helps: a boundary or an SCP may still deny."""
        name, text = way
        action, shown, said = done
        after = self._with_everything(person)
        if after is not None:
            yield _step(name, text, (action,), shown, [said, _after(after)])
        elif person.boundary is not None:
            free = self._with_everything(_unbounded(person))
            for one in self._without_boundary(person, means, free, (action,)):
                yield _step(name, f"{text} and {one.text}", one.actions, shown, [said, _of(one)])

    def _with_everything(self, person: Person) -> Could | None:
        """What a principal could do with a policy that allows everything."""
        key = (person.holder.arn, person.boundary is None)
        if key not in self._whole:
            self._whole[key] = self.grants.could(person, (_EVERYTHING,))
        return self._whole[key]

    def _without_boundary(
        self, person: Person, means: Means, free: Could | None, before: tuple[str, ...]
    ) -> Iterator[Step]:
        kind = "User" if person.is_user else "Role"
        if free is None or person.fixed or (not before and self.grants.could(person)):
            return
        actions = (f"iam:Delete{kind}PermissionsBoundary", f"iam:Put{kind}PermissionsBoundary")
        said = means.one_of(actions, person.holder.arn)
        if said is not None:
            text = "takes its permissions boundary away"
            yield _step("boundary", text, (*before, said[0]), (), [said[1], _after(free)])

    def _older_versions(self, person: Person, means: Means, own: tuple[str, ...]) -> Iterator[Step]:
        census = self.censuses[person.holder.account]
        for arn in own:
            said = means.may("iam:SetDefaultPolicyVersion", arn) if census.versions.get(arn) else None
            for version in census.versions.get(arn, ()) if said else ():
                after = self.grants.could(person, (version,))
                if said and after and after != self.grants.could(person):
                    text = "puts another version of a policy it has in force"
                    yield _step(
                        "policy_version",
                        text,
                        ("iam:SetDefaultPolicyVersion",),
                        (arn,),
                        [said, _after(after)],
                    )
                    break

    def _other_groups(self, person: Person, means: Means) -> Iterator[Step]:
        if not person.is_user:
            return
        census = self.censuses[person.holder.account]
        for group, policies in census.groups.values():
            if group.arn in person.groups or not self.grants.matters(policies):
                continue
            said = means.may("iam:AddUserToGroup", group.arn)
            after = self.grants.could(person, policies) if said else None
            if said and after:
                text = "puts itself into a group that can"
                yield _step(
                    "add_to_group", text, ("iam:AddUserToGroup",), (group.arn,), [said, _after(after)]
                )

    # -- principals yet to be made, and Identity Center ---------------------------------------------------------------------

    def _new_ones(self, person: Person, means: Means) -> Iterator[Step]:
        partition, account = self.evidence.partition, person.holder.account
        for kind, keys in (("User", ("iam:CreateAccessKey", "iam:CreateLoginProfile")), ("Role", ())):
            arn = f"arn:{partition}:iam::{account}:{kind.lower()}/{_NEW}"
            made = means.may(f"iam:Create{kind}", arn)
            grants = made and means.one_of((f"iam:Put{kind}Policy", f"iam:Attach{kind}Policy"), arn)
            signs = grants and means.one_of(keys, arn) if keys else grants
            if not made or not grants or not signs:
                continue
            after = self._judged_new(person, is_user=kind == "User")
            if after is not None:
                actions = tuple(dict.fromkeys((f"iam:Create{kind}", grants[0], signs[0])))
                yield _step(
                    f"new_{kind.lower()}",
                    f"makes a {kind.lower()} that can",
                    actions,
                    (),
                    [made, grants[1], signs[1], _after(after)],
                )

    def _judged_new(self, person: Person, *, is_user: bool) -> Could | None:
        key = (person.holder.account, is_user)
        if key not in self._new:
            stranger = dataclasses.replace(person, identity=(), boundary=None, tags={})
            self._new[key] = self.grants.could(stranger, (_EVERYTHING,), new=True)
        return self._new[key]

    def _permission_sets(self, person: Person, means: Means) -> Iterator[Step]:
        after = self._judged_new(person, is_user=False)
        if after is None:
            return
        where = (
            f"arn:{self.evidence.partition}:sso:::permissionSet/ssoins-0000000000000000/ps-0000000000000000"
        )
        keys = ["whether it has a user in IAM Identity Center"]
        if person.home.role is not CallerRole.MANAGEMENT:
            keys.append("whether the account administers IAM Identity Center")
        for action in PERMISSION_SETS:
            said = means.may(action, where)
            if said is not None:
                parts = [said, Allowed(Can.DEPENDS, (), tuple(keys)), _after(after)]
                yield _step("permission_set", "gives itself a permission set that can", (action,), (), parts)


def _unbounded(person: Person) -> Person:
    return dataclasses.replace(person, boundary=None)


def _after(found: Could) -> Allowed:
    """What the step leads to."""
    return Allowed(found.answer, (), found.depends_on)


def _of(step: Step) -> Allowed:
    return Allowed(step.answer, step.grounds, step.depends_on)


def _step(
    way: str, text: str, actions: tuple[str, ...], targets: tuple[str, ...], parts: Iterable[Allowed]
) -> Step:
    said = together(parts)
    return Step(way, text, actions, said.answer, targets, said.grounds, said.depends_on)
