"""Facts about patients → findings."""

from medcramp.screen.screen import Screened, ScreenSettings, screen
from medcramp.screen.suppress import Suppression, read_suppressions

__all__ = ["ScreenSettings", "Screened", "Suppression", "read_suppressions", "screen"]
