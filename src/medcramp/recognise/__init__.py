"""From drug lines to ingredients, strengths, routes and classes; from directions to daily doses."""

from medcramp.recognise.items import identify

__all__ = ["identify"]
