"""What happens in an AWS apart from the calls of the tool under test: people, accidents, time.

``Emulator.control`` is the Python side; the same verbs answer under ``/_rootwarden/control/`` (docs/emulator-control.md).
"""

from rootwarden.emulator.control.refusal import ControlRefused
from rootwarden.emulator.control.verbs import VERBS, Control

__all__ = ["VERBS", "Control", "ControlRefused"]
