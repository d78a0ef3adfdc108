"""From what was read, and what the user wants, to a plan; and what speaks against putting its policy in place. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.errors import RefusedByRule
from rootwarden.model.canonical import sha256_hex
from rootwarden.model.unlock import Entry, Method, Objection, UnlockPlan
from rootwarden.operations.unlock.document import compact, same_policy
from rootwarden.operations.unlock.exposure import new_openings
from rootwarden.operations.unlock.repair import Repair, cleaned_text, repair
from rootwarden.operations.unlock.validity import problems

if TYPE_CHECKING:
    from rootwarden.model.unlock import LockDiagnosis, StatementChange
    from rootwarden.operations.unlock.diagnose import Judge

_SHOWN_OPENINGS = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants done."""

    method: Method
    text: str | None = None
    """The policy to put: for replacing, and for restoring one that was there."""
    drop: bool = False
    """For a repair: takes locking statements out instead of narrowing them."""


def hash_of(plan: UnlockPlan) -> str:
    """The hash a plan is confirmed by."""
    return sha256_hex(plan)


def make_plan(
    judge: Judge, before: str | None, wish: Wish, *, organization_id: str, endpoint: str
) -> UnlockPlan:
    """The plan. Where nothing would change its policies are the same. Raises RefusedByRule where a repair cannot be made."""
    after, changes = _after(judge, before, wish)
    return UnlockPlan(
        organization_id=organization_id,
        endpoint=endpoint,
        resource=judge.surroundings.resource,
        method=wish.method,
        before=before,
        after=before if same_policy(before, after) else after,
        changes=changes,
    )


def changes_nothing(plan: UnlockPlan) -> bool:
    """Whether the policy is already as planned."""
    return plan.before == plan.after


def _after(judge: Judge, before: str | None, wish: Wish) -> tuple[str | None, tuple[StatementChange, ...]]:
    match wish.method:
        case Method.DELETE:
            return None, ()
        case Method.REPLACE:
            document, _ = judge.read(wish.text)
            return (compact(document.elements) if document else wish.text), ()
        case Method.RESTORE:
            document, _ = judge.read(wish.text)
            return cleaned_text(document) if document else (wish.text, ())
        case Method.REPAIR:
            made = _repaired(judge, before, drop=wish.drop)
            return (before, ()) if made is None else (made.text, made.changes)


def _repaired(judge: Judge, before: str | None, *, drop: bool) -> Repair | None:
    document, why = judge.read(before)
    if why is not None:
        raise RefusedByRule(
            f"the policy {judge.name} cannot be repaired, since it cannot be read: {why}",
            advice="Replace it with --replace FILE, or take it away with --delete.",
        )
    if document is None:
        return None
    made = repair(judge, document, drop=drop)
    if made is None and not judge.administrators:
        may = [one.label for one in judge.diagnose(before).statements if one.may_lock]
        if may:
            raise RefusedByRule(
                f"whether {', '.join(may)} lock anybody out depends on who asks",
                advice="Name the administrators that have to get in with --admin ARN, or in unlock.administrators of the "
                "configuration.",
            )
    return made


def objections(judge: Judge, plan: UnlockPlan) -> tuple[Objection, ...]:
    """What speaks against the planned policy: it locks administrators out, lets the world in, or the service would refuse it."""
    if plan.after is None or changes_nothing(plan):
        return ()
    return tuple(_objections(judge, plan, plan.after))


def _objections(judge: Judge, plan: UnlockPlan, text: str) -> Iterator[Objection]:
    faults = list(problems(plan.resource, text))
    yield from (Objection("invalid", one) for one in faults)
    document, _ = judge.read(text)
    if document is None:
        return
    alone = dataclasses.replace(
        judge, scp_levels=(), rcp_levels=()
    )  # else an SCP's Deny would hide the policy's own
    for one in alone.diagnose(text).administrators:
        if one.entry is Entry.LOCKED_OUT:
            yield Objection("locks_out", f"it locks out {who(one.principal, judge)}: {one.sentence}")
    before, _ = judge.read(plan.before)
    found = new_openings(judge.surroundings, before, document)
    if found:
        more = f", and {len(found) - _SHOWN_OPENINGS} more" if len(found) > _SHOWN_OPENINGS else ""
        said = "; ".join(one.words for one in found[:_SHOWN_OPENINGS])
        yield Objection(
            "opens_to_world", f"it opens the {plan.resource.kind.value} to the world: {said}{more}"
        )


def who(principal: str | None, judge: Judge) -> str:
    """The administrator in a sentence."""
    return principal or f"every user and role of account {judge.surroundings.resource.account}"


def refuse(found: tuple[Objection, ...], *, method: Method) -> None:
    """Raises RefusedByRule with what speaks against a policy."""
    if found:
        verb = {Method.REPAIR: "repaired", Method.RESTORE: "restored"}.get(method, "replaced")
        raise RefusedByRule(
            f"the policy is not {verb}: " + "; ".join(one.text for one in found),
            advice="Correct the policy; or say --force-policy if it is meant to be like this.",
        )


def still_kept_out(diagnosis: LockDiagnosis) -> tuple[str, ...]:
    """Sentences on administrators that do not get in, or may not, by what is there afterwards."""
    return tuple(
        f"{one.principal or 'every user and role of the account'}: {one.sentence}"
        for one in diagnosis.administrators
        if one.entry is not Entry.GETS_IN
    )
