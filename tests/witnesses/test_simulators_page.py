"""What docs/simulators.md says is so: its calls answer as told, its examples work, its tables are complete."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from simulator.company import make_world
from simulator.effects import Effect
from simulator.essentials import EssentialsSwitches
from simulator.estate import Estate
from simulator.graph import GraphSwitches
from simulator.vault import VaultSwitches
from tests.witnesses.outsider import Outsider, visiting

PAGE = (Path(__file__).parents[2] / "docs" / "simulators.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE)


CALLS = re.findall(
    r"^\| (Graph|Essentials) `(GET|POST) (\S+(?: (?!\{)[^`{]+)?) ?(\{[^`]*)?` \| (\d+) \|", PAGE, re.MULTILINE
)
EXAMPLES = [line for line in section("Control").splitlines() if line.startswith("curl ")]


@pytest.fixture(scope="module")
def outsider() -> Iterator[Outsider]:
    with Estate(make_world(people=160, groups=12, seed=51)) as estate, visiting(estate) as visitor:
        yield visitor


@pytest.mark.parametrize(("side", "method", "path", "body", "status"), CALLS)
def test_a_call_answers_as_told(outsider: Outsider, side: str, method: str, path: str, body: str, status: str) -> None:
    if side == "Graph":
        url, headers = f"{outsider.estate.graph_url}/v1.0{path}", outsider.graph_headers
    else:
        url, headers = outsider.users_url.removesuffix("/users") + path, outsider.essentials_headers
    answer = outsider.session.request(method, url, headers=headers, data=body or None, timeout=20)

    assert answer.status_code == int(status), answer.text


def test_every_row_of_calls_is_read() -> None:
    assert len(CALLS) == len(re.findall(r"^\| (?:Graph|Essentials) `", PAGE, re.MULTILINE)) >= 15


def test_the_examples_of_control_work_in_order() -> None:
    """In an estate of their own: they change everything."""
    with Estate(make_world(people=40, groups=4, seed=52)) as estate, visiting(estate) as visitor:
        for line in EXAMPLES:
            text = line.replace("$CONTROL", estate.control_url).replace("$ENTRA_CLIENT_ID", estate.client_id)
            words = shlex.split(text)
            method = words[words.index("-X") + 1] if "-X" in words else "GET"
            body = words[words.index("-d") + 1] if "-d" in words else None
            (url,) = (word for word in words if word.startswith("http"))
            answer = visitor.session.request(method, url, data=body, timeout=20)

            assert answer.status_code == 200, f"{line}: {answer.text}"
    assert len(EXAMPLES) > 20


@pytest.mark.parametrize(
    ("title", "switches"),
    [
        ("Switches of Graph", GraphSwitches),
        ("Switches of Essentials", EssentialsSwitches),
        ("Switches of the vault", VaultSwitches),
    ],
)
def test_every_switch_has_a_row(title: str, switches: type) -> None:
    assert first_column(title) == [field.name for field in fields(switches)]


def test_every_fault_has_a_row() -> None:
    kinds = [kind.__struct_config__.tag for kind in get_args(Effect)]
    assert sorted(first_column("Faults")) == sorted(kinds)
