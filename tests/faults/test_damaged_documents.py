"""A stored document that cannot be read, or that another version wrote: named, nothing written, and it stays as it is."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.errors import SyncError
from simulator.wire import ServiceName
from tests.faults.upheaval import Upheaval, carry_on, start, told, upheaval

KINDS = ("ledger.json.gz", "plans/*.json.gz", "settings.json", "exemptions.json")
FOREIGN = json.dumps({"schema": 99, "write_id": "another", "body": {}}).encode()


def _truncated(path: str) -> bytes:
    whole = json.dumps({"schema": 1, "write_id": "a", "body": {}}).encode()
    return gzip.compress(whole)[:-12] if path.endswith(".gz") else whole[:-3]


def _packed(path: str, data: bytes) -> bytes:
    return gzip.compress(data) if path.endswith(".gz") else data


DAMAGES: dict[str, Callable[[str], bytes]] = {
    "empty": lambda _: b"",
    "truncated": _truncated,
    "no JSON": lambda path: _packed(path, b"<html>"),
    "wrong types": lambda path: _packed(path, b'{"schema": 1, "write_id": "a", "body": [7]}'),
    "another version": lambda path: _packed(path, FOREIGN),
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upheaval]:
    with upheaval(tmp_path_factory.mktemp("company")) as made:
        yield made


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_document_is_named_and_nothing_is_written(
    company: Upheaval, tmp_path: Path, kind: str, damage: str
) -> None:
    with company.again(tmp_path / "state") as deployment:
        name = kind.replace("*", company.plan_id)
        document = tmp_path / "state" / "default" / name
        damaged = DAMAGES[damage](name)
        document.write_bytes(damaged)
        try:
            said = told(deployment, carry_on(deployment, start(deployment, company.plan_id)))
        except SyncError as error:
            said = [f"{error.detail} {error.fix}"]

        assert any(name in line for line in said), said
        asked = company.estate.journal.entries(ServiceName.ESSENTIALS)
        assert [e for e in asked if e.method != "GET"] == []
        assert document.read_bytes() == damaged
