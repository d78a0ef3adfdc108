"""Who can open root sessions: a row for each principal and grant, the flags under it, and apart who is one step away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.access import Can, HolderKind, Severity
from rootwarden.model.features import CallerRole
from rootwarden.model.tasks import RootTask
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rootwarden.model.access import (
        AccountRead,
        Flag,
        Grant,
        Grounds,
        Holder,
        HolderAccess,
        OneStepAway,
        Step,
        TrustedBy,
        WhoCan,
    )
    from rootwarden.model.ids import AccountId

_FEW: Final = 3
_SEVERITIES: Final = {Severity.HIGH: Tone.BAD, Severity.MEDIUM: Tone.WARN, Severity.LOW: Tone.PLAIN}
_ANSWERS: Final = {Can.ALLOW: Tone.PLAIN, Can.DEPENDS: Tone.WARN}
_OF_AWS: Final = ":iam::aws:policy/"


def who_can_report(found: WhoCan) -> Report:
    """The whole answer. An account that was not read is told as that; without a row nobody can who was seen."""
    can = [_access_document(one, found) for one in found.can]
    one_step = [_one_step_document(one) for one in found.one_step]
    return Report(
        command="who-can",
        document={
            "organization_id": found.organization_id,
            "endpoint": found.endpoint,
            "targets": {
                "accounts": [one.id for one in found.targets],
                "every_member": found.every_member,
                "skipped": [{"id": key, "reason": one.as_json()} for key, one in found.skipped.items()],
            },
            "management": _management(found.accounts),
            "accounts": [_account_document(one) for one in found.accounts],
            "principals": can,
            "one_step_away": one_step,
            "not_read": [{"what": one.what, "reason": one.reason.as_json()} for one in found.unread],
            "summary": _summary(found),
        },
        tables=tuple(_tables(found)),
        lines=tuple(_lines(found)),
        rows=(*can, *one_step),
        spreadsheet=_spreadsheet(found),
    )


def _management(accounts: Sequence[AccountRead]) -> str:
    read = any(one.role is CallerRole.MANAGEMENT and one.reason is None for one in accounts)
    return "read" if read else "not read"


def _summary(found: WhoCan) -> dict[str, Any]:
    flags = [flag for one in found.can for flag in one.flags]
    return {
        "accounts": len(found.targets),
        "principals": len(found.can),
        "one_step_away": len(found.one_step),
        "flags": {one.value: sum(flag.severity is one for flag in flags) for one in Severity},
        "not_read": len(found.unread),
    }


def _account_document(one: AccountRead) -> dict[str, Any]:
    read = one.reason is None
    return {
        "id": one.account,
        "role": one.role.value,
        "read": read,
        "reason": one.reason.as_json() if one.reason else None,
        "users": one.users if read else None,
        "roles": one.roles if read else None,
        "service_linked_roles": one.service_linked if read else None,
    }


def _holder_document(one: Holder) -> dict[str, Any]:
    return {
        "account_id": one.account,
        "arn": one.arn,
        "name": one.name,
        "kind": one.kind.value,
        "permission_set": one.permission_set,
    }


def _access_document(one: HolderAccess, found: WhoCan) -> dict[str, Any]:
    return {
        **_holder_document(one.holder),
        "grants": [_grant_document(grant, found) for grant in one.grants],
        "assumable_by": None if one.trusts is None else [_trust_document(each) for each in one.trusts],
        "long_term_credentials": one.long_term,
        "flags": [
            {"code": flag.code, "severity": flag.severity.value, "text": flag.text} for flag in one.flags
        ],
    }


def _grant_document(grant: Grant, found: WhoCan) -> dict[str, Any]:
    every = len(grant.accounts) == len(found.targets)
    return {
        "answer": grant.answer.value,
        "accounts": {
            "count": len(grant.accounts),
            "all": every,
            "ids": None if every else list(grant.accounts),
        },
        "tasks": [task.value for task in grant.tasks],
        "by": [_grounds_document(each) for each in grant.grounds],
        "depends_on": list(grant.depends_on),
        "why": grant.why or None,
        "summary": _in_words(grant, found),
    }


def _grounds_document(one: Grounds) -> dict[str, Any]:
    return {"policy": one.policy, "statement": one.statement, "condition": one.condition}


def _trust_document(one: TrustedBy) -> dict[str, Any]:
    return {
        "who": one.who,
        "kind": one.kind,
        "answer": one.answer.value,
        "condition": one.condition,
        "inside_organization": one.inside,
    }


def _one_step_document(one: OneStepAway) -> dict[str, Any]:
    return {
        **_holder_document(one.holder),
        "can_some": one.can_some,
        "steps": [
            {
                "means": step.means,
                "text": step.text,
                "actions": list(step.actions),
                "answer": step.answer.value,
                "targets": list(step.targets),
                "by": [_grounds_document(each) for each in step.grounds],
                "depends_on": list(step.depends_on),
            }
            for step in one.steps
        ],
    }


# -- for people --------------------------------------------------------------------------------------------------------


def _tables(found: WhoCan) -> Iterator[Table]:
    if found.can:
        yield Table(
            title="Can open root sessions",
            columns=("Principal", "Kind", "Accounts", "Tasks", "Answer", "By", "Reason"),
            rows=tuple(row for one in found.can for row in _access_rows(one, found)),
            headed=True,
        )
    if found.one_step:
        yield Table(
            title="One step away: could make it so that they can",
            columns=("Principal", "Kind", "Step", "Answer", "By", "Reason"),
            rows=tuple(row for one in found.one_step for row in _step_rows(one)),
            headed=True,
        )
    if found.unread:
        yield Table(
            title="Not read",
            columns=("What", "Reason"),
            rows=tuple((cell(one.what, Tone.WARN), cell(reason_text(one.reason))) for one in found.unread),
        )


def _access_rows(one: HolderAccess, found: WhoCan) -> Iterator[tuple[Cell, ...]]:
    flags = [f"{flag.severity.value}: {flag.text}" for flag in one.flags]
    for number, grant in enumerate(one.grants):
        first = number == 0
        worst = one.flags[0].severity if one.flags and first else None
        reasons = [*(_reasons(grant)), *(flags if first else ())]
        if first and one.trusts is not None:
            reasons.append(f"Assumable by {_who(one.trusts)}.")
        yield (
            cell(_short(one.holder), Tone.PLAIN if first else Tone.FAINT),
            cell(_kind(one.holder) if first else ""),
            cell(_accounts(grant.accounts, found)),
            cell(_tasks(grant.tasks)),
            cell(grant.answer.value, _ANSWERS[grant.answer]),
            cell(_by(grant.grounds)),
            Cell("\n".join(reasons), _SEVERITIES[worst] if worst else Tone.PLAIN),
        )


def _reasons(grant: Grant) -> Iterator[str]:
    conditions = dict.fromkeys(one.condition for one in grant.grounds if one.condition)
    if conditions:
        yield f"Condition: {'; or '.join(conditions)}"
    if grant.answer is Can.DEPENDS:
        yield f"Depends on {', '.join(grant.depends_on)}." if grant.depends_on else grant.why


def _step_rows(one: OneStepAway) -> Iterator[tuple[Cell, ...]]:
    """A row for each way, the same way by several actions once."""
    ways: dict[tuple[str, Can, tuple[str, ...], tuple[Grounds, ...], tuple[str, ...]], list[Step]] = {}
    for step in one.steps:
        ways.setdefault((step.text, step.answer, step.targets, step.grounds, step.depends_on), []).append(
            step
        )
    for number, steps in enumerate(ways.values()):
        step = steps[0]
        actions = " or ".join(" + ".join(each.actions) for each in steps)
        where = f": {_listed(_plain(arn) for arn in step.targets)}" if step.targets else ""
        reason = f"{step.text}{where}"
        if step.depends_on:
            reason += f"; depends on {', '.join(step.depends_on)}"
        yield (
            cell(_short(one.holder), Tone.PLAIN if number == 0 else Tone.FAINT),
            cell(_kind(one.holder) if number == 0 else ""),
            cell(actions),
            cell(step.answer.value, _ANSWERS[step.answer]),
            cell(_by(step.grounds)),
            cell(reason),
        )


def _lines(found: WhoCan) -> Iterator[Cell]:
    for one in found.accounts:
        name = "management" if one.role is CallerRole.MANAGEMENT else "delegated administrator"
        if one.reason is not None:
            yield Cell(f"{name} {one.account}: not read: {reason_text(one.reason)}", Tone.WARN)
            continue
        linked = f", {one.service_linked} of them service-linked and left out" if one.service_linked else ""
        people = f"{_plural(one.users, 'user')}, {_plural(one.roles, 'role')}"
        yield Cell(f"{name} {one.account}: {people}{linked}.")
    if not found.targets:
        yield Cell("No root session reaches any of the accounts asked about.", Tone.WARN)
    counts = _summary(found)["flags"]
    flags = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none"
    yield Cell(
        f"{len(found.can)} can open root sessions in {_plural(len(found.targets), 'account')}, "
        f"{len(found.one_step)} {'is' if len(found.one_step) == 1 else 'are'} one step away; flags: {flags}."
    )


def _in_words(grant: Grant, found: WhoCan) -> str:
    text = f"{_accounts(grant.accounts, found)}, {_tasks(grant.tasks)}, by {_by(grant.grounds)}"
    return f"{text}, depending on {', '.join(grant.depends_on)}" if grant.depends_on else text


def _accounts(accounts: Sequence[AccountId], found: WhoCan) -> str:
    if len(accounts) == len(found.targets):
        which = "member accounts" if found.every_member else "accounts chosen"
        return f"all {len(accounts)} {which}" if len(accounts) > 1 else accounts[0]
    if len(accounts) <= _FEW:
        return ", ".join(accounts)
    return f"{len(accounts)} of {len(found.targets)} accounts"


def _tasks(tasks: Sequence[RootTask]) -> str:
    return "all tasks" if len(tasks) == len(RootTask) else ", ".join(task.value for task in tasks)


def _by(grounds: Sequence[Grounds]) -> str:
    return _listed(dict.fromkeys(_ground(one) for one in grounds)) or "the role's trust policy"


def _ground(one: Grounds) -> str:
    """The policy, with the statement where the reader can change it: AWS's own policies have names for themselves."""
    if _OF_AWS in one.policy:
        return one.policy.rpartition("/")[2]
    name = one.policy.partition(":policy/")[2] or one.policy
    return f"{name} ({one.statement})"


def _short(one: Holder) -> str:
    return f"{one.account} {one.permission_set or one.name}"


def _kind(one: Holder) -> str:
    return "permission set" if one.kind is HolderKind.PERMISSION_SET else one.kind.value


def _who(trusts: Sequence[TrustedBy]) -> str:
    return (
        _listed("anyone" if one.who == "*" else one.who for one in trusts)
        or "nobody that its trust policy names"
    )


def _plain(arn: str) -> str:
    return arn.split(":", 5)[-1]


def _listed(texts: Any) -> str:
    every = list(texts)
    more = f" and {len(every) - _FEW} more" if len(every) > _FEW else ""
    return ", ".join(every[:_FEW]) + more


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _spreadsheet(found: WhoCan) -> Table:
    """A row for each grant and each step, so that it can be filtered."""
    columns = (
        *("what", "account_id", "arn", "kind", "answer", "accounts", "tasks", "by", "condition"),
        *("depends_on", "severity", "flags", "step"),
    )
    rows = [
        *(_grant_line(one, grant, found) for one in found.can for grant in one.grants),
        *(_step_line(one, step) for one in found.one_step for step in one.steps),
    ]
    return Table("", columns, tuple(tuple(cell(row.get(name, "")) for name in columns) for row in rows))


def _line(holder: Holder, answer: Can, grounds: Sequence[Grounds], keys: Sequence[str]) -> dict[str, str]:
    return {
        "account_id": holder.account,
        "arn": holder.arn,
        "kind": holder.kind.value,
        "answer": answer.value,
        "by": "; ".join(f"{one.policy} {one.statement}" for one in grounds),
        "condition": "; ".join(dict.fromkeys(one.condition for one in grounds if one.condition)),
        "depends_on": " ".join(keys),
    }


def _grant_line(one: HolderAccess, grant: Grant, found: WhoCan) -> Mapping[str, str]:
    every = len(grant.accounts) == len(found.targets)
    worst: Flag | None = one.flags[0] if one.flags else None
    return _line(one.holder, grant.answer, grant.grounds, grant.depends_on) | {
        "what": "can",
        "accounts": _accounts(grant.accounts, found) if every else " ".join(grant.accounts),
        "tasks": " ".join(task.value for task in grant.tasks),
        "severity": worst.severity.value if worst else "",
        "flags": " ".join(flag.code for flag in one.flags),
    }


def _step_line(one: OneStepAway, step: Step) -> Mapping[str, str]:
    where = f" {' '.join(step.targets)}" if step.targets else ""
    return _line(one.holder, step.answer, step.grounds, step.depends_on) | {
        "what": "one step away",
        "step": f"{' + '.join(step.actions)}: {step.text}{where}",
    }
