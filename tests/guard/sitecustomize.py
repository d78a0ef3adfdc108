"""Python imports this at start-up when its folder is on PYTHONPATH: child processes of the tests are guarded too."""

import network_guard

network_guard.install()
