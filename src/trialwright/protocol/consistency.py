"""Whether the parts of a study file fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.protocol.problems import Problem

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.protocol.yaml_tree import Tree


def inconsistencies(study: Study, tree: Tree) -> list[Problem]:
    """Return every reference to what is not declared, and every part that its design does not allow."""
    del study, tree
    return []
