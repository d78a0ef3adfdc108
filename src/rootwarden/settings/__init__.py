"""The typed configuration, read once.

settings = load_settings(None, os.environ)
settings.limits.max_accounts            50 unless rootwarden.toml says otherwise
settings.purposes.of(PurposeName.DELEGATE)
"""

from rootwarden.settings.load import load_settings
from rootwarden.settings.location import (
    CONFIG_VARIABLE,
    FILE_NAME,
    default_location,
    ignored_in_working_directory,
)
from rootwarden.settings.schema import Configuration, Purpose, Settings
from rootwarden.settings.template import config_template

__all__ = [
    "CONFIG_VARIABLE",
    "FILE_NAME",
    "Configuration",
    "Purpose",
    "Settings",
    "config_template",
    "default_location",
    "ignored_in_working_directory",
    "load_settings",
]
