"""What can be wrong with the configuration."""

from collections.abc import Sequence


class SettingsError(Exception):
    """The environment or the data folder does not give usable settings.

    ``faults`` holds one full sentence for everything that is wrong.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
