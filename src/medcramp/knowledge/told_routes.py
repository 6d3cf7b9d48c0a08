"""Routes that directions tell: "1 drop in the left eye" is not swallowed, whatever the drug line leaves out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from medcramp.errors import KnowledgeError
from medcramp.knowledge import wording
from medcramp.knowledge.files import Fact, Many, knowledge_folder, numbered_rows
from medcramp.knowledge.groups import ROUTES

FILE = "direction_routes.csv"


class ToldRoute(Fact):
    """Directions with one of the verbs (and one of the places, when there are any) tell the route; "" = none of those
    below. `against_usual`: whether it counts against the usual route of the ingredient too, which the line may leave
    unsaid; else it only fills a route that is open."""

    route: str
    verbs: Many
    places: Many
    against_usual: Literal["always", "per_cent", ""]

    def holds(self, words: frozenset[str]) -> bool:
        """Whether directions of these words tell this route."""
        return not words.isdisjoint(self.verbs) and (not self.places or not words.isdisjoint(self.places))


@cache
def load(folder: Path | None = None) -> tuple[ToldRoute, ...]:
    """The rows in order: the first that holds decides."""
    path = (folder or knowledge_folder()) / FILE
    rows = []
    for number, row in numbered_rows(path, ToldRoute):
        if row.route and row.route not in ROUTES:
            raise KnowledgeError(f"row {number}: unknown route {row.route}", file=path, remedy="mend the row")
        rows.append(row)
    return tuple(rows)


def told(directions: str, rows: tuple[ToldRoute, ...]) -> str:
    """The route that the text tells; "" when it tells none."""
    words = frozenset(wording.words(directions))
    return next((row.route for row in rows if row.holds(words)), "")
