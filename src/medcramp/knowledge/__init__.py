"""Everything medcramp knows, loaded once from text tables, validated, immutable.

Each area is one module with a `load(folder, …)` of its own and is loaded when first asked for, so that `identify`
never pays for the rules. `Knowledge.check()` loads all of it and runs every cross-check.
"""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from medcramp.knowledge.files import content_hash, knowledge_folder

if TYPE_CHECKING:
    from medcramp.knowledge.advice import AdviceWords
    from medcramp.knowledge.clinical import Clinical
    from medcramp.knowledge.conditions import Conditions
    from medcramp.knowledge.groups import Groups
    from medcramp.knowledge.labs import Labs
    from medcramp.knowledge.options import Option
    from medcramp.knowledge.rules import Rule
    from medcramp.knowledge.sources import Source
    from medcramp.knowledge.vocabulary import Vocabulary


class Knowledge:
    """One folder of knowledge; areas appear as attributes and never change once loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def version(self) -> str:
        """Version of the knowledge, which moves apart from the program's."""
        return (self.folder / "VERSION").read_text(encoding="utf-8").strip()

    @cached_property
    def hash(self) -> str:
        """Content hash: two runs with the same hash used the same knowledge."""
        return content_hash(self.folder)

    @cached_property
    def sources(self) -> dict[str, Source]:
        from medcramp.knowledge import sources

        return sources.load(self.folder)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        from medcramp.knowledge import vocabulary

        return vocabulary.load(self.folder)

    @cached_property
    def groups(self) -> Groups:
        from medcramp.knowledge import groups

        return groups.load(self.folder)

    @cached_property
    def clinical(self) -> Clinical:
        from medcramp.knowledge import clinical

        return clinical.load(self.folder)

    @cached_property
    def conditions(self) -> Conditions:
        from medcramp.knowledge import conditions

        return conditions.load(self.folder)

    @cached_property
    def labs(self) -> Labs:
        from medcramp.knowledge import labs

        return labs.load(self.folder)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        from medcramp.knowledge import rules

        return rules.load(self.folder)

    @cached_property
    def options(self) -> tuple[Option, ...]:
        from medcramp.knowledge import options

        return options.load(self.folder)

    @cached_property
    def advice(self) -> AdviceWords:
        from medcramp.knowledge import advice

        return advice.load(self.folder)

    def check(self) -> None:
        """Load every area and cross-check them. Raises KnowledgeError (exit 12) naming file and row."""
        from medcramp.knowledge import checks

        checks.check(self)


@cache
def load(folder: Path | None = None) -> Knowledge:
    """The knowledge of `folder` (default: as shipped)."""
    return Knowledge(folder or knowledge_folder())
