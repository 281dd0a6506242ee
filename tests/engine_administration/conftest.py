from pathlib import Path

import pytest

from tests.engine_administration.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(path=tmp_path)
