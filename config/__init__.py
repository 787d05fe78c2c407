"""Outlay's configuration: one frozen ``Settings``, read once."""

from config.errors import SettingsError
from config.settings import Settings

__all__ = ["Settings", "SettingsError"]
