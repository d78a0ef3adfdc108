"""The control verbs, in one place."""

from __future__ import annotations

from typing import Final

from rootwarden.emulator.control.accounts import AccountVerbs
from rootwarden.emulator.control.failures import FailureVerbs
from rootwarden.emulator.control.policies import PolicyVerbs
from rootwarden.emulator.control.root_users import RootUserVerbs
from rootwarden.emulator.control.time import ClockVerbs


class Control(AccountVerbs, RootUserVerbs, ClockVerbs, PolicyVerbs, FailureVerbs):
    """Makes things happen in an emulated AWS. Every verb raises ControlRefused where it cannot be meant."""


VERBS: Final = (
    "create_account",
    "invite_account",
    "describe_account",
    "move_account",
    "suspend_account",
    "reinstate_account",
    "close_account",
    "finish_closure",
    "root_user",
    "request_password_recovery",
    "complete_password_recovery",
    "sign_in",
    "change_root_password",
    "create_root_access_key",
    "reveal_root_access_key",
    "add_mfa_device",
    "clock",
    "advance_clock",
    "set_clock",
    "freeze_clock",
    "run_clock",
    "attach_policy",
    "detach_policy",
    "list_faults",
    "add_fault",
    "remove_faults",
    "set_throttles",
    "set_revocation_lags",
    "switches",
)
"""What the control endpoint answers to; each is a method of Control."""
