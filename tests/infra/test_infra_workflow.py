"""The workflow that deploys from GitHub: no secret, least rights, and nothing that the docs do not say."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from shared.settings import load_settings
from tests.infra.bicep_compiler import BicepCompiler
from tests.infra.conftest import ROOT
from tests.infra.foretelling import PUBLIC_CLOUD, foretell
from tests.infra.parameter_sets import ENTRA_CLIENT_ID, SIGN_IN_CLIENT_ID

TEXT = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]
DOCS = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


def _steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in JOBS.items():
        for step in job["steps"]:
            yield name, step


def _commands(program: str) -> list[str]:
    """The words of each call of a program up to its first option."""
    lines = [line for _, step in _steps() for line in step.get("run", "").splitlines()]
    return [found for line in lines for found in re.findall(rf"\b({program}(?: [a-z][\w./-]*)+)", line)]


def test_it_runs_for_pull_requests_and_for_what_reaches_main() -> None:
    # YAML reads a bare "on" as true.
    assert WORKFLOW[True] == {"pull_request": {"branches": ["main"]}, "push": {"branches": ["main"]}}


def test_it_may_read_the_code_and_ask_for_a_token_only_where_it_meets_azure() -> None:
    rights = {name: job.get("permissions", WORKFLOW["permissions"]) for name, job in JOBS.items()}

    assert rights == {
        "check": {"contents": "read"},
        "what-if": {"contents": "read", "id-token": "write"},
        "deploy": {"contents": "read", "id-token": "write"},
    }


def test_nothing_meets_azure_before_the_checks_are_through() -> None:
    assert {name: job.get("needs") for name, job in JOBS.items()} == {
        "check": None,
        "what-if": "check",
        "deploy": "check",
    }
    assert ".ci/run" in [step.get("run") for name, step in _steps() if name == "check"]


def test_a_pull_request_deploys_nothing_and_one_of_a_fork_gets_no_token() -> None:
    assert JOBS["deploy"]["if"] == "github.event_name == 'push'"
    assert "head.repo.full_name == github.repository" in JOBS["what-if"]["if"]
    (looks,) = [step["run"] for name, step in _steps() if name == "what-if" and "run" in step]
    assert looks.startswith("az deployment group what-if ")
    # Its identity has no right to write, so the rights to write are not asked for.
    assert "--validation-level ProviderNoRbac" in looks


def test_the_two_jobs_that_meet_azure_have_identities_of_their_own() -> None:
    assert (JOBS["what-if"]["environment"], JOBS["deploy"]["environment"]) == ("preview", "production")


def test_one_deployment_at_a_time_and_none_is_cut_off() -> None:
    assert JOBS["deploy"]["concurrency"] == {"group": "deploy", "cancel-in-progress": False}


def test_it_holds_no_secret() -> None:
    assert "secrets." not in TEXT
    logins = [step["with"] for _, step in _steps() if step.get("uses", "").startswith("azure/login")]

    assert len(logins) == 2
    assert all(login.keys() == {"client-id", "tenant-id", "subscription-id"} for login in logins)


def test_every_action_is_pinned() -> None:
    used = [step["uses"] for _, step in _steps() if "uses" in step]

    assert used
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})", action)] == []


def test_no_checkout_leaves_a_credential_behind() -> None:
    checkouts = [step for _, step in _steps() if step.get("uses", "").startswith("actions/checkout")]

    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(JOBS)


def test_no_expression_is_pasted_into_a_shell() -> None:
    assert [step["run"] for _, step in _steps() if "${{" in step.get("run", "")] == []


def test_its_commands_are_those_of_the_docs() -> None:
    commands = _commands("az")

    assert {"az deployment group what-if", "az deployment group create"} <= set(commands)
    assert [command for command in commands if command not in DOCS] == []


def test_what_it_runs_of_ours_is_there() -> None:
    scripts = {
        word for _, step in _steps() for word in re.findall(r"[\w.]+/[\w./]+\.\w+|\.ci/run", step.get("run", ""))
    }
    ours = {script for script in scripts if (ROOT / script.partition("/")[0]).is_dir()}

    assert ours == {".ci/run", "infra/main.bicepparam", "infra/after_deploy.py"}
    assert all((ROOT / script).is_file() for script in ours)


def test_the_docs_name_every_variable_that_it_reads() -> None:
    section = DOCS.partition("\n## From GitHub\n")[2].partition("\n## ")[0]

    assert [name for name in sorted(set(re.findall(r"vars\.(\w+)", TEXT))) if f"`{name}`" not in section] == []


def test_it_hands_over_what_the_parameter_file_reads() -> None:
    read = re.findall(r"readEnvironmentVariable\('(\w+)'", (ROOT / "infra" / "main.bicepparam").read_text("utf-8"))
    handed = {name: value for name, value in WORKFLOW["env"].items() if "vars." in value}

    assert handed.keys() - {"RESOURCE_GROUP"} == set(read)
    assert all(value == f"${{{{ vars.{name} }}}}" for name, value in handed.items())


def test_a_variable_that_is_not_set_arrives_empty_and_means_the_default(compiler: BicepCompiler, infra: Any) -> None:
    set_by_people = {
        "AZURE_LOCATION": "westeurope",
        "PROOFPOINT_DOMAIN": "example.com",
        "PROOFPOINT_USER": "sync@example.com",
        "ENTRA_CLIENT_ID": ENTRA_CLIENT_ID,
        "SIGN_IN_CLIENT_ID": SIGN_IN_CLIENT_ID,
    }
    environment = {**dict.fromkeys(WORKFLOW["env"], ""), **set_by_people}
    deployment = foretell(compiler, infra / "main.bicepparam", environment=environment, cloud=PUBLIC_CLOUD, secrets={})

    assert load_settings(deployment.app_settings, {}).proofpoint_url == "https://us1.proofpointessentials.com"


@pytest.mark.parametrize("name", ["remote-build", "respect-funcignore"])
def test_azure_builds_what_funcignore_leaves(name: str) -> None:
    (publish,) = [step["with"] for _, step in _steps() if step.get("uses", "").startswith("Azure/functions-action")]

    assert publish[name] is True
