"""What entitles to which root session, in which account, and whether its keys may leave the program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rootwarden.errors import RefusedByRule
from rootwarden.model.authority import (
    Authority,
    ForBreakGlass,
    ForException,
    ForGrant,
    ForPerson,
    ForPlan,
    ForReading,
)
from rootwarden.model.ids import AccountId
from rootwarden.model.session_keys import SessionKeys
from rootwarden.model.tasks import RootTask
from rootwarden.sessions.authorizing import (
    account_of,
    check_accounts,
    check_tasks,
    may_change,
    may_hand_over,
    named_in_intent,
)

SHOP, OTHER = AccountId("333333333333"), AccountId("444444444444")
LOOKS = {"audit", "s3-unlock", "sqs-unlock"}
CREDENTIALS = {"audit", "delete", "create-password"}
EXCEPTION = ForException("e-1", SHOP, "why")
GRANT = ForGrant("g-1", SHOP, RootTask.DELETE, "why", exception_id="e-1")
BREAK_GLASS = ForBreakGlass(SHOP, "why")
PLAN = ForPlan("abc", "why")


@pytest.mark.parametrize(
    ("authority", "tasks", "account", "hands_over", "changes"),
    [
        (ForReading("why"), LOOKS, None, False, False),
        (ForPerson("why"), LOOKS, None, True, False),
        (PLAN, {"audit", "delete"}, None, False, True),
        (ForPlan("abc", "why", only=SHOP), {"audit", "delete"}, SHOP, True, True),
        (ForPlan("abc", "why", tasks=(RootTask.S3_UNLOCK,)), {"audit", "s3-unlock"}, None, False, True),
        (EXCEPTION, CREDENTIALS, SHOP, True, True),
        (BREAK_GLASS, CREDENTIALS, SHOP, True, False),
        (GRANT, {"delete"}, SHOP, True, False),
        (ForGrant("g-2", SHOP, RootTask.AUDIT, "why"), {"audit"}, SHOP, True, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Authority) else "",
)
def test_what_entitles_to_what(
    authority: Authority, tasks: set[str], account: AccountId | None, hands_over: bool, changes: bool
) -> None:
    allowed = set()
    for task in RootTask:
        try:
            check_tasks(authority, (task,))
        except RefusedByRule:
            continue
        allowed.add(task.value)
    assert allowed == tasks
    assert account_of(authority) == account
    assert (may_hand_over(authority), may_change(authority)) == (hands_over, changes)


def test_one_task_that_is_not_covered_refuses_all() -> None:
    with pytest.raises(RefusedByRule, match="nothing authorizes a root session with the task delete"):
        check_tasks(ForPerson("why"), (RootTask.AUDIT, RootTask.DELETE))


@pytest.mark.parametrize("reason", ["", " \t"])
def test_no_session_without_a_reason(reason: str) -> None:
    with pytest.raises(RefusedByRule, match="needs a reason"):
        check_tasks(ForReading(reason), ())


@pytest.mark.parametrize("authority", [EXCEPTION, GRANT, BREAK_GLASS, ForPlan("abc", "why", only=SHOP)])
def test_an_authority_for_one_account_covers_no_other(authority: Authority) -> None:
    check_accounts(authority, (SHOP,))
    with pytest.raises(RefusedByRule, match=OTHER):
        check_accounts(authority, (SHOP, OTHER))


@pytest.mark.parametrize("authority", [ForReading("why"), ForPerson("why"), PLAN])
def test_an_authority_that_names_no_account_covers_any(authority: Authority) -> None:
    check_accounts(authority, (SHOP, OTHER))
    assert account_of(authority) is None


@pytest.mark.parametrize(
    ("authority", "named"),
    [
        (PLAN, {"plan_hash": "abc"}),
        (EXCEPTION, {"exception_id": "e-1"}),
        (GRANT, {"plan_hash": None, "exception_id": "e-1"}),
        (ForPerson("why"), {}),
        (BREAK_GLASS, {}),
    ],
)
def test_the_intent_names_what_it_rests_on(authority: Authority, named: dict[str, str | None]) -> None:
    assert named_in_intent(authority) == named


def test_the_keys_are_no_part_of_their_text() -> None:
    keys = SessionKeys(SHOP, RootTask.AUDIT, "ASIA1", "s3cret", "t0ken", datetime(2026, 3, 1, tzinfo=UTC))
    assert "s3cret" not in f"{keys!r} {keys}"
    assert "t0ken" not in f"{keys!r} {keys}"
