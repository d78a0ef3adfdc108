"""Faults, throttles and lags are switched on and off."""

from __future__ import annotations

from rootwarden.emulator.control.base import Verbs
from rootwarden.emulator.control.refusal import ControlRefused, invalid
from rootwarden.emulator.control.views import SwitchesView
from rootwarden.emulator.known_names import unknown_operation
from rootwarden.emulator.org_file import FaultSpec


class FailureVerbs(Verbs):
    """Faults are those of the organization file, with the same fields."""

    def list_faults(self) -> tuple[FaultSpec, ...]:
        """The faults that are there, with what is left of their counts."""
        with self._world.lock:
            return tuple(self._world.faults)

    def add_fault(self, fault: FaultSpec) -> tuple[FaultSpec, ...]:
        """One more fault, after those that are there; answers with all of them."""
        _check_operation(fault.operation)
        with self._world.lock:
            if fault.account is not None:
                self._root(fault.account)
            self._world.faults.append(fault)
            return self.list_faults()

    def remove_faults(
        self,
        *,
        operation: str | None = None,
        account: str | None = None,
        all: bool = False,  # noqa: A002 - as on the command line
    ) -> tuple[FaultSpec, ...]:
        """Takes away the faults of an operation, of an account, or all; answers with those that are left."""
        if all == (operation is not None or account is not None):
            raise invalid(["say which faults: an operation, an account or both, or all"])
        if operation is not None:
            _check_operation(operation)
        with self._world.lock:
            kept = [
                one
                for one in self._world.faults
                if (operation not in (None, one.operation)) or (account not in (None, one.account))
            ]
            if len(kept) == len(self._world.faults) and not all:
                text = f"no fault is about {' and '.join(one for one in (operation, account) if one)}"
                raise ControlRefused("UnknownFault", text, http_status=404)
            self._world.faults[:] = kept
            return self.list_faults()

    def set_throttles(self, on: bool) -> SwitchesView:
        """Switches AWS's published rates on, with full buckets, or off."""
        with self._world.lock:
            self._world.throttles = on
            self._world.buckets.refill()
            return self.switches()

    def set_revocation_lags(self, on: bool) -> SwitchesView:
        """Switches on or off that AssumeRoot notices revocations late."""
        with self._world.lock:
            self._world.revocation_lags = on
            return self.switches()

    def switches(self) -> SwitchesView:
        """What is switched on."""
        with self._world.lock:
            return SwitchesView(self._world.throttles, self._world.revocation_lags)


def _check_operation(operation: str) -> None:
    problem = unknown_operation(operation)
    if problem:
        raise ControlRefused("UnknownOperation", problem, http_status=404)
