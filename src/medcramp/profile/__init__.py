"""Records → patients: what each takes on the index date, since when, how much, and what is known about the person."""

from medcramp.profile.build import build
from medcramp.profile.settings import ProfileSettings, index_date

__all__ = ["ProfileSettings", "build", "index_date"]
