"""Every rule, in the order they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.rules import (
    account_leaves,
    action_outside_task,
    alert_rule_stopped,
    console_outlives_exception,
    delegate_changed,
    features_changed,
    policy_replaced,
    root_beyond_exception,
    root_brute_force,
    root_key_created,
    root_key_used,
    root_mfa_added,
    root_mfa_removed,
    root_password_changed,
    root_password_created,
    root_password_recovery,
    root_password_spray,
    root_sign_in,
    root_sign_in_failed,
    root_sign_in_without_mfa,
    root_unexplained,
    session_by_stranger,
    session_not_in_ledger,
    session_outside_allowed,
    session_refused,
    takeover_chain,
    trail_stopped,
    trusted_access_changed,
)

if TYPE_CHECKING:
    from rootwarden.detection.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    session_by_stranger.RULE,
    session_not_in_ledger.RULE,
    session_outside_allowed.RULE,
    session_refused.RULE,
    action_outside_task.RULE,
    policy_replaced.RULE,
    root_unexplained.RULE,
    root_sign_in.RULE,
    root_sign_in_without_mfa.RULE,
    root_sign_in_failed.RULE,
    root_brute_force.RULE,
    root_password_spray.RULE,
    root_password_recovery.RULE,
    root_password_created.RULE,
    root_password_changed.RULE,
    root_key_created.RULE,
    root_key_used.RULE,
    root_mfa_removed.RULE,
    root_mfa_added.RULE,
    takeover_chain.RULE,
    root_beyond_exception.RULE,
    console_outlives_exception.RULE,
    features_changed.RULE,
    delegate_changed.RULE,
    trusted_access_changed.RULE,
    trail_stopped.RULE,
    alert_rule_stopped.RULE,
    account_leaves.RULE,
)
