"""A frame with a small company: two people and a list in Entra, one of the people in Essentials with a wrong name."""

from pathlib import Path

import pytest

from tests.builders.sides import account, directory, group, organization, person
from tests.engine.frame import Frame
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials


@pytest.fixture
def frame(tmp_path: Path) -> Frame:
    people = [person(1, "ann", aliases=("a.smith@example.com",)), person(2, "bob")]
    there = organization([account(5, "ann", firstname="Anne")])
    return Frame(
        path=tmp_path,
        directory=MemoryDirectory(directory=directory(people, [group(3, "sales")])),
        essentials=MemoryEssentials(there),
    )
