"""What is made of the readings. Pure; every check says what was found, why it matters and what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rootwarden.model.management import ContactKind, ManagementCheck, Verdict
from rootwarden.model.reading import NotSeen
from rootwarden.operations.management.by_hand import by_hand
from rootwarden.operations.management.words import day, listed, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.management import Activity, ManagementReadings
    from rootwarden.model.reading import Reading

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_ROOT_PRACTICES = f"{_IAM}/root-user-best-practices.html"
_ACCOUNT_PRACTICES = (
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html"
)
_NO_SCP = "No SCP and no root session reaches the management account"


def judge_management(read: ManagementReadings) -> tuple[ManagementCheck, ...]:
    """Every check, measured ones first."""
    return (
        *_credentials(read),
        _last_used(read),
        _root_activity(read),
        *(_contact(kind, read.contacts[kind]) for kind in ContactKind),
        _users(read),
        _people(read),
        _alerts(read),
        *by_hand(read),
    )


def _check(
    name: str,
    title: str,
    verdict: Verdict,
    found: str,
    *,
    why: str,
    advice: str,
    page: str = _ROOT_PRACTICES,
) -> ManagementCheck:
    return ManagementCheck(
        name, title, verdict, found, why, "" if verdict is Verdict.PASSED else advice, page
    )


def _unread(
    name: str, title: str, reading: NotSeen, *, why: str, page: str = _ROOT_PRACTICES
) -> ManagementCheck:
    advice = "Give the caller the permission, or look in the console."
    return ManagementCheck(name, title, Verdict.UNKNOWN, "not read", why, advice, page, reason=reading.reason)


def _credentials(read: ManagementReadings) -> Iterator[ManagementCheck]:
    for name, title, flag, wanted, words, why, advice in (
        (
            "root-mfa",
            "The root user has an MFA device",
            "mfa",
            True,
            ("there is none", "there is at least one"),
            f"{_NO_SCP}: whoever has its root password has the organization.",
            "Sign in as its root user and register two devices, hardware ones where you can.",
        ),
        (
            "root-access-keys",
            "The root user has no access keys",
            "access_keys",
            False,
            ("there are none", "there are some"),
            "A root key can do everything, from anywhere, without MFA.",
            "Replace what uses them by a role, then sign in as the root user and delete them.",
        ),
        (
            "root-signing-certificates",
            "The root user has no signing certificates",
            "signing_certificates",
            False,
            ("there are none", "there are some"),
            "A signing certificate signs requests as root, as a key does.",
            "Sign in as the root user and delete them under Security credentials.",
        ),
    ):
        if isinstance(read.summary, NotSeen):
            yield _unread(name, title, read.summary, why=why)
            continue
        value = getattr(read.summary.value, flag)
        if value is None:
            verdict, found = Verdict.UNKNOWN, "AWS did not say"
        else:
            verdict = Verdict.PASSED if value is wanted else Verdict.FAILED
            found = words[value] + _keys_in_report(read, flag)
        yield _check(name, title, verdict, found, why=why, advice=advice)


def _keys_in_report(read: ManagementReadings, flag: str) -> str:
    root = None if isinstance(read.report, NotSeen) else read.report.value.root
    if flag != "access_keys" or root is None or not root.keys:
        return ""
    active = sum(key.active for key in root.keys)
    used = max((key.last_used for key in root.keys if key.last_used), default=None)
    return f": {active} active of {len(root.keys)}, last used {day(used) if used else 'never on record'}"


def _last_used(read: ManagementReadings) -> ManagementCheck:
    name, title = "root-last-used", f"The root user was not used in {read.days} days"
    why = "Root is for the few tasks that need it; anything else is a sign of a missing role, or of somebody else."
    if isinstance(read.report, NotSeen):
        return _unread(name, title, read.report, why=why)
    root = read.report.value.root
    as_of = f"(credential report of {day(read.report.value.generated)})"
    if root is None:
        return _check(
            name,
            title,
            Verdict.UNKNOWN,
            f"no row for the root user {as_of}",
            why=why,
            advice="Look in the console.",
        )
    used = root.last_used
    recent = used is not None and read.now - used < timedelta(days=read.days)
    return _check(
        name,
        title,
        Verdict.FAILED if recent else Verdict.PASSED,
        f"last used {day(used)} {as_of}" if used else f"no use on record {as_of}",
        why=why,
        advice="Find out who and for what ('rootwarden tasks' lists what needs root); change password and devices if nobody knows.",
    )


def _root_activity(read: ManagementReadings) -> ManagementCheck:
    name, title = "root-activity", f"CloudTrail shows no root activity in {read.days} days"
    why = "The events say what was done as root, which the date of the last use does not."
    found = read.root_activity
    if isinstance(found, NotSeen):
        return _unread(name, title, found, why=why)
    where = f"(event history of {listed(read.regions)})"
    return _check(
        name,
        title,
        Verdict.FAILED if found.value else Verdict.PASSED,
        f"{listed([_did(one) for one in found.value])} {where}" if found.value else f"none {where}",
        why=why,
        advice="Find out who and for what. CloudTrail has address and time of every event.",
    )


def _contact(kind: ContactKind, reading: Reading[bool]) -> ManagementCheck:
    name, title = f"contact-{kind.lower()}", f"There is an alternate contact for {kind.lower()}"
    why = {
        ContactKind.SECURITY: "AWS writes there when it sees abuse or leaked keys; else only the root mailbox is told.",
        ContactKind.OPERATIONS: "AWS writes there about outages and retirements; else only the root mailbox is told.",
        ContactKind.BILLING: "AWS writes there about invoices; an account that is not paid is suspended, and all members with it.",
    }[kind]
    page = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html"
    if isinstance(reading, NotSeen):
        return _unread(name, title, reading, why=why, page=page)
    return _check(
        name,
        title,
        Verdict.PASSED if reading.value else Verdict.FAILED,
        "there is one" if reading.value else "there is none",
        why=why,
        advice=f"aws account put-alternate-contact --alternate-contact-type {kind.value} --name NAME --title TITLE "
        "--email-address ADDRESS --phone-number NUMBER",
        page=page,
    )


def _users(read: ManagementReadings) -> ManagementCheck:
    name, title = "long-term-users", "No IAM user has long-term credentials"
    why = f"{_NO_SCP}: a leaked password or key of a user there is bounded by nothing but that user's own policies."
    if isinstance(read.report, NotSeen):
        return _unread(name, title, read.report, why=why, page=_ACCOUNT_PRACTICES)
    users = [one for one in read.report.value.users if one.is_long_term]
    said = [
        one.name
        + f" ({' and '.join(word for word, there in (('password', one.password), ('keys', any(k.active for k in one.keys))) if there)}"
        + ("" if one.mfa or not one.password else ", no MFA")
        + ")"
        for one in users
    ]
    return _check(
        name,
        title,
        Verdict.FAILED if users else Verdict.PASSED,
        listed(said) if users else "none has",
        why=why,
        advice="Give people IAM Identity Center and programs roles; delete passwords and keys of the users.",
        page=_ACCOUNT_PRACTICES,
    )


def _people(read: ManagementReadings) -> ManagementCheck:
    name, title = "human-activity", f"Nobody signed in to the console in {read.days} days"
    why = f"{_NO_SCP}, so everyday work belongs elsewhere: in a delegated administrator's account or a member account."
    found = read.human_activity
    if isinstance(found, NotSeen):
        return _unread(name, title, found, why=why, page=_ACCOUNT_PRACTICES)
    where = f"(event history of {listed(read.regions)}; use of the command line does not show)"
    return _check(
        name,
        title,
        Verdict.FAILED if found.value else Verdict.PASSED,
        f"{listed([_did(one) for one in found.value])} {where}" if found.value else f"nobody {where}",
        why=why,
        advice="Ask them what for, and move it: 'rootwarden enable --delegate' does it for root access.",
        page=_ACCOUNT_PRACTICES,
    )


def _alerts(read: ManagementReadings) -> ManagementCheck:
    name, title = "root-alert", "Root activity is alerted on"
    why = "What root does here is beyond every SCP; an alert is all there is."
    page = "https://repost.aws/knowledge-center/root-user-account-eventbridge-rule"
    readings = (read.rules, read.filters)
    alerts = [one for each in readings if not isinstance(each, NotSeen) for one in each.value]
    loud = [one for one in alerts if one.tells]
    missing = [
        what
        for what, noticed in (
            ("sign-ins", any(one.sign_in for one in loud)),
            ("calls", any(one.calls for one in loud)),
        )
        if not noticed
    ]
    if not missing:
        found = listed([one.name for one in loud])
        return _check(name, title, Verdict.PASSED, found, why=why, advice="", page=page)
    for each in readings:
        if isinstance(each, NotSeen):
            return _unread(name, title, each, why=why, page=page)
    silent = [f"{one.name} tells nobody" for one in alerts if not one.tells]
    return _check(
        name,
        title,
        Verdict.FAILED,
        listed([f"nothing alerts on root {' or '.join(missing)}", *silent]),
        why=why,
        advice=f"Make an EventBridge rule in {read.alert_region}, with a target, for events whose detail.userIdentity.type is Root. "
        "It needs a trail that records management events.",
        page=page,
    )


def _did(one: Activity) -> str:
    what = "" if one.what == "ConsoleLogin" and one.who != "root" else f" {one.what}"
    return f"{one.who}{what} {times(one.times)}, last {day(one.last)}"
