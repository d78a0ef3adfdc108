"""Every guardrail is proven, and the proof notices when the policy is another one."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from guardrail_values import DELEGATE, PLAIN, SHAPED

from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.ids import AccountId
from rootwarden.policy.guardrails import catalog
from rootwarden.policy.guardrails.catalog import GUARDRAILS, guardrail_named, prove, rendered
from rootwarden.policy.guardrails.guardrail import Guardrail, Kind, Part
from rootwarden.policy.guardrails.parameters import OPTION_OF, Parameters

POLICIES = [name for name, one in GUARDRAILS.items() if one.kinds != (Kind.STACK,)]
IN_CHINA = dataclasses.replace(
    PLAIN,
    partition="aws-cn",
    trusted=(f"arn:aws-cn:iam::{DELEGATE}:role/People",),
    key=f"arn:aws-cn:kms:cn-north-1:{DELEGATE}:key/1",
)


@pytest.mark.parametrize("given", [PLAIN, SHAPED, IN_CHINA], ids=["plain", "shaped", "china"])
@pytest.mark.parametrize("guardrail", GUARDRAILS.values(), ids=list(GUARDRAILS))
def test_every_claim_holds(guardrail: Guardrail, given: Parameters) -> None:
    """For every entry, bare and with every parameter there is; and each says something of every document."""
    made = rendered(guardrail, given)
    assert all(proof.holds for _, proof in made.proofs)
    assert all(part.claims for part in made.parts)
    assert {paper.kind for paper in made.papers} == set(guardrail.kinds)


def changed(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with one thing altered, and what that is."""
    for number, one in enumerate(document["Statement"]):
        sid = one["Sid"]

        def with_(what: str, sid: str = sid, number: int = number, **members: Any) -> tuple[str, Any]:
            other = copy.deepcopy(document)
            other["Statement"][number] |= members
            return f"{sid}: {what}", other

        yield with_("effect turned", Effect="Deny" if one["Effect"] == "Allow" else "Allow")
        yield with_("about another action", Action="ec2:DescribeRegions")
        yield with_("about another resource", Resource="arn:aws:iam::888888888888:role/none")
        if one["Effect"] == "Allow" and one["Action"] != "*":
            yield with_("allows everything", Action="*", Resource="*", Condition={})
            yield with_("allows a whole service", Action=[*listed(one["Action"]), "iam:*"])
        for left in listed(one["Action"]) if len(listed(one["Action"])) > 1 else ():
            yield with_(f"without {left}", Action=[each for each in listed(one["Action"]) if each != left])
        for operator, keys in one.get("Condition", {}).items():
            rest = {name: each for name, each in one["Condition"].items() if name != operator}
            yield with_(f"without {operator}", Condition=rest)
            for key in keys:
                yield with_(f"{key} misspelt", Condition=rest | {operator: {"aws:NoSuchKey": keys[key]}})
        if "Principal" in one:
            yield with_("for everybody", Principal="*")
            yield with_("for somebody else", Principal={"AWS": "arn:aws:iam::888888888888:root"})


def listed(values: Any) -> list[str]:
    return values if isinstance(values, list) else [values]


def survivors(part: Part) -> list[str]:
    """The alterations of a part's documents, one at a time, that no claim notices."""
    found = []
    for at, paper in enumerate(part.papers):
        for what, document in changed(paper.document):
            papers = list(part.papers)
            papers[at] = dataclasses.replace(paper, document=document)
            proofs = prove((dataclasses.replace(part, papers=tuple(papers)),))
            if all(proof.holds for _, proof in proofs):
                found.append(what)
    return found


@pytest.mark.parametrize("given", [PLAIN, SHAPED], ids=["plain", "shaped"])
@pytest.mark.parametrize("name", [one for one in POLICIES if one != "operator-roles"])
def test_an_altered_policy_breaks_a_claim(name: str, given: Parameters) -> None:
    """Whatever is altered in any statement: effect, actions, resources, principals, each condition. (Roles are made of these.)"""
    (part,) = GUARDRAILS[name].make(given)
    assert sum(1 for paper in part.papers for _ in changed(paper.document)) > 2
    assert survivors(part) == []


def test_a_guardrail_whose_claim_fails_is_not_rendered() -> None:
    """The refusal says which claim, of which document, and by which request it fails."""
    deny_root = GUARDRAILS["deny-root"]

    def without_exemption(given: Parameters) -> tuple[Part, ...]:
        (part,) = deny_root.make(given)
        document: Any = copy.deepcopy(part.papers[0].document)
        del document["Statement"][0]["Condition"]["Null"]
        return (dataclasses.replace(part, papers=(dataclasses.replace(part.papers[0], document=document),)),)

    with pytest.raises(
        RefusedByRule, match=r"root sessions for audit pass \(iam:ListAccessKeys on .*:root: Denied by"
    ):
        rendered(dataclasses.replace(deny_root, make=without_exemption), PLAIN)


def test_many_accounts_are_split_over_policies_and_too_many_refused() -> None:
    """Each account is in exactly one policy, each policy fits, and what no role can carry is no rendering."""
    auditor = GUARDRAILS["auditor"]
    some = tuple(AccountId(f"{number:012d}") for number in range(1, 351))
    made = rendered(auditor, dataclasses.replace(PLAIN, accounts=some))
    targets = [
        target
        for paper in made.papers
        for one in paper.document["Statement"]
        if one["Sid"] == "OpenRootSessions"
        for target in one["Resource"]
    ]
    assert sorted(targets) == [f"arn:aws:iam::{one}:root" for one in some]
    assert len(made.papers) == 3  # the reads, and the accounts in two
    assert max(len(paper.text) for paper in made.papers) <= 6_144
    many = tuple(AccountId(f"{number:012d}") for number in range(1, 2_001))
    with pytest.raises(BadInput, match="2000 accounts make 13 policies, and a role may have 10"):
        rendered(auditor, dataclasses.replace(PLAIN, accounts=many))


def test_identity_center_and_mfa_do_not_go_together() -> None:
    """The trust policy is rendered, with a warning that says whom it keeps out; without the condition there is none."""
    role = f"arn:aws:iam::{DELEGATE}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Root_0123456789abcdef"
    given = Parameters(trusted=(role,))
    (warning,) = rendered(GUARDRAILS["operator-trust"], given).warnings
    assert "--no-mfa" in warning
    assert rendered(GUARDRAILS["operator-trust"], dataclasses.replace(given, mfa=False)).warnings == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"networks": ("0.0.0.0/0",)}, "every address"),
        ({"networks": ("203.0.113.7/24",)}, "not a CIDR block"),
        ({"regions": ("Frankfurt",)}, "not a Region"),
        ({"operators": ("Admin",)}, "not the ARN of an IAM role or user"),
        ({"operators": ("arn:aws:iam::222222222222:root",)}, "not the ARN of an IAM role or user"),
        ({"trusted": ("arn:aws:iam::222222222222:role/*",)}, "no wildcard in a principal"),
        ({"source_identities": ("${aws:username}",)}, "not a pattern of source identities"),
        ({"bucket": "Bucket_"}, "not the name of a bucket"),
        ({"key": "alias/key"}, "not the ARN of a KMS key"),
        ({"topic": "root"}, "not the ARN of an SNS topic"),
        ({"organization": "222222222222"}, "not the id of an organization"),
    ],
)
def test_parameters_that_cannot_be_meant(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Parameters(**wrong)


def test_what_is_missing_is_named_by_its_option() -> None:
    with pytest.raises(
        BadInput, match="guardrail delegation needs --organization and --management-account and --delegate"
    ):
        rendered(GUARDRAILS["delegation"], Parameters())
    with pytest.raises(BadInput, match="no guardrail 'deny-rot'") as caught:
        guardrail_named("deny-rot")
    assert caught.value.advice.startswith("Did you mean deny-root")


def test_names_and_options_are_complete() -> None:
    """No two entries share a name, and every parameter has an option."""
    assert len(GUARDRAILS) == len(catalog._ENTRIES)
    assert {name for one in GUARDRAILS.values() for name in (*one.takes, *one.needs)} <= set(OPTION_OF)
    deployed = [one for one in GUARDRAILS.values() if one.kinds in {(Kind.SCP,), (Kind.RESOURCE,)}]
    assert [rendered(one, PLAIN).papers[0].name for one in deployed] == [one.deployed_as for one in deployed]
