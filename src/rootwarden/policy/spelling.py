"""Condition keys that do not exist and are spelt much like one that was meant. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, as of 2026-11
"""

from __future__ import annotations

import difflib
import functools
from typing import Final

_MEANT: Final = {
    key.lower(): key
    for key in (
        "aws:AssumedRoot",
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:PrincipalOrgID",
        "aws:RequestedRegion",
        "sts:TaskPolicyArn",
    )
}
"""Keys that decide about root sessions, as AWS writes them."""
_REAL: Final = frozenset(
    f"aws:{name}"
    for name in (
        "assumedroot",
        "calledvia",
        "calledviafirst",
        "calledvialast",
        "chatbotsourcearn",
        "currenttime",
        "ec2instancesourceprivateipv4",
        "ec2instancesourcevpc",
        "epochtime",
        "federatedprovider",
        "multifactorauthage",
        "multifactorauthpresent",
        "principalaccount",
        "principalarn",
        "principalisawsservice",
        "principalorgid",
        "principalorgpaths",
        "principalservicename",
        "principalservicenameslist",
        "principaltype",
        "referer",
        "requestedregion",
        "resourceaccount",
        "resourceorgid",
        "resourceorgpaths",
        "securetransport",
        "sourceaccount",
        "sourcearn",
        "sourceidentity",
        "sourceip",
        "sourceorgid",
        "sourceorgpaths",
        "sourcevpc",
        "sourcevpcarn",
        "sourcevpce",
        "tagkeys",
        "tokenissuetime",
        "useragent",
        "userid",
        "username",
        "viaawsservice",
        "vpceaccount",
        "vpceorgid",
        "vpceorgpaths",
        "vpcsourceip",
    )
) | {"sts:taskpolicyarn"}
"""Global keys, some of which look like a meant one and are keys of their own."""
_PREFIXES: Final = ("aws:", "sts:", "iam:")
"""Other services have keys of their own of the same names, such as ``s3:ResourceAccount``."""
_NEAR: Final = 0.8


@functools.lru_cache(maxsize=1024)
def meant_by(key: str) -> str | None:
    """The key that is probably meant, as AWS writes it; None for one that exists or is like none of them."""
    folded = key.lower()
    if folded in _REAL or "/" in folded or not folded.startswith(_PREFIXES):
        return None
    near = difflib.get_close_matches(folded, _MEANT, n=1, cutoff=_NEAR)
    return _MEANT[near[0]] if near else None
