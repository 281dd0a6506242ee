"""docs/stand-ins.md, written from the tables of rules and open questions: ``python -m tests.rules.stand_ins > docs/stand-ins.md``."""

import sys
from collections.abc import Iterator, Mapping

from tests.rules.essentials_rules import ESSENTIALS_RULES
from tests.rules.graph_object_rules import OBJECT_RULES
from tests.rules.graph_query_rules import QUERY_RULES
from tests.rules.rule_table import Rule, Unknown
from tests.rules.sign_in_rules import SIGN_IN_RULES
from tests.rules.unknown_settings import SETTING_UNKNOWNS
from tests.rules.unknown_writes import WRITE_UNKNOWNS
from tools.live_checks.essentials import ESSENTIALS_CHECKS
from tools.live_checks.graph import GRAPH_CHECKS

GRAPH_RULES = sorted((*OBJECT_RULES, *QUERY_RULES, *SIGN_IN_RULES), key=lambda rule: rule.number)
ASKED = (
    *((check.says, check.rules) for check in GRAPH_CHECKS),
    *((check.says, check.rules) for check in ESSENTIALS_CHECKS),
)
"""What ``tools/live_check.py`` asks, and of which rules."""
UNKNOWNS = sorted((*WRITE_UNKNOWNS, *SETTING_UNKNOWNS), key=lambda unknown: unknown.number)

OURS = "ours: at least as strict as the service"
_LEARN = "documented: learn.microsoft.com/"
_ADVANCED, _BATCH, _DELTA = (
    f"{_LEARN}graph/aad-advanced-queries",
    f"{_LEARN}graph/json-batching",
    f"{_LEARN}graph/delta-query-overview",
)
_LIMITS, _SIGN_IN = (
    f"{_LEARN}graph/throttling-limits",
    f"{_LEARN}entra/identity-platform/v2-oauth2-client-creds-grant-flow",
)
_PAGING, _VAULT = f"{_LEARN}graph/paging", f"{_LEARN}rest/api/keyvault"
_SEEN = "seen: what published clients of the API send and read"
_SPECIFIED = "documented: the API's own description, under /api/v1/docs of a stack"
_HELP = "documented: help.proofpoint.com, How To Add and Manage Users"
EVIDENCE: Mapping[str, str] = {
    "graph 1": OURS,
    "graph 2": f"{_LEARN}graph/auth",
    "graph 3": f"{_LEARN}graph/permissions-reference",
    "graph 4": f"{_LEARN}graph/errors",
    "graph 5": "seen: Microsoft's own client sends it so",
    "graph 6": f"{_LEARN}graph/query-parameters; the codes are assumed",
    "graph 7": "assumed: the code of the refusal",
    "graph 8": OURS,
    "graph 9": f"{_LEARN}graph/api/directory-deleteditems-restore",
    "graph 10": f"{_LEARN}graph/api/user-list",
    "graph 11": f"{_LEARN}graph/api/resources/group",
    "graph 12": f"{_LEARN}graph/query-parameters",
    "graph 13": f"{_LEARN}graph/api/group-list-members; what a selection keeps is a switch",
    "graph 14": f"{_LEARN}graph/api/group-list-members",
    "graph 15": f"{_LEARN}graph/api/group-list-transitivemembers",
    "graph 16": f"{_LEARN}graph/permissions-reference; empty or refused is a switch",
    "graph 17": OURS,
    "graph 18": f"{_LEARN}graph/api/directory-deleteditems-list",
    "graph 19": _PAGING,
    "graph 20": _PAGING,
    "graph 21": _ADVANCED,
    "graph 22": _ADVANCED,
    "graph 23": _ADVANCED,
    "graph 24": _BATCH,
    "graph 25": _BATCH,
    "graph 26": _DELTA,
    "graph 27": _DELTA,
    "graph 28": f"{_LEARN}graph/delta-query-groups",
    "graph 29": _DELTA,
    "graph 30": _LIMITS,
    "graph 31": _LIMITS,
    "graph 32": _SIGN_IN,
    "graph 33": f"{_LEARN}entra/identity-platform/reference-error-codes",
    "graph 34": _SIGN_IN,
    "graph 35": f"{_LEARN}azure/app-service/overview-managed-identity; the codes are assumed",
    "graph 36": _SIGN_IN,
    "graph 37": _VAULT,
    "graph 38": _VAULT,
    "graph 39": OURS,
    "essentials 1": _SPECIFIED,
    "essentials 2": _SEEN,
    "essentials 3": _SEEN,
    "essentials 4": _SEEN,
    "essentials 5": _SEEN,
    "essentials 6": _SPECIFIED,
    "essentials 7": _SEEN,
    "essentials 8": _SEEN,
    "essentials 9": _SPECIFIED,
    "essentials 10": _HELP,
    "essentials 11": _SPECIFIED,
    "essentials 12": _SPECIFIED,
    "essentials 13": _SEEN,
    "essentials 14": _SPECIFIED,
    "essentials 15": _SPECIFIED,
    "essentials 16": _SEEN,
    "essentials 17": _SEEN,
    "essentials 18": _SPECIFIED,
    "essentials 19": _HELP,
    "essentials 20": OURS,
}
NOT_ASKED = "-"

_HEAD = """# Stand-ins

What the simulated services do, on what evidence, and how to find out on a real tenant and a real organization. The simulators
themselves, their control and their switches are told in [simulators.md](simulators.md); the tests behind each row are named by
`python dev.py test -v`. This page is made from their tables: `python -m tests.rules.stand_ins > docs/stand-ins.md`.

## Ten minutes on the real services

`tools/live_check.py` asks one tenant and one organization, and prints a table of which rules hold there. It is read-only: GETs, one POST
for a token, and batches of GETs. It needs Python alone, and prints no name, no address and no secret: the table can be sent to others.

```sh
export ENTRA_TENANT_ID=... ENTRA_CLIENT_ID=... ENTRA_CLIENT_SECRET=...
export PROOFPOINT_URL=https://us1.proofpointessentials.com PROOFPOINT_DOMAIN=... PROOFPOINT_USER=... PROOFPOINT_PASSWORD=...
python tools/live_check.py
```

Either half may be left out; on the simulators everything holds. Where a row says `DIFFERS` on the real service, the simulators are wrong
or have a switch for it: please report the row. A dash below means that it is not asked: it would take a write, a fault, or other rights.
"""


def document() -> str:
    """The page."""
    return "\n".join(
        [
            _HEAD,
            *_rules("Microsoft Graph, sign-in, identity and vault", GRAPH_RULES),
            *_rules("Proofpoint Essentials", list(ESSENTIALS_RULES)),
            *_questions(),
        ]
    )


def _rules(title: str, rules: list[Rule]) -> Iterator[str]:
    yield from (
        f"## {title}",
        "",
        "| rule | what the stand-in does | evidence | asked of the real service |",
        "| --- | --- | --- | --- |",
    )
    for rule in rules:
        yield f"| {rule.number} | {rule.sentence} | {EVIDENCE[rule.name]} | {_asked(rule.name)} |"
    yield ""


def _questions() -> Iterator[str]:
    yield from (
        "## What nobody outside knows",
        "",
        "Essentials documents none of these. The first answer is the one assumed; the app is tested under each.",
        "",
    )
    yield from ("| question | answers | switches | asked of the real service |", "| --- | --- | --- | --- |")
    for unknown in UNKNOWNS:
        yield f"| {unknown.number}. {unknown.question} | {_answers(unknown)} | {_switches(unknown)} | {_asked(f'unknown {unknown.number}')} |"


def _answers(unknown: Unknown) -> str:
    return "; ".join(position.answer for position in unknown.positions)


def _switches(unknown: Unknown) -> str:
    return ", ".join(f"`{switch}`" for switch in unknown.switches)


def _asked(name: str) -> str:
    found = [says for says, rules in ASKED if name in names_of(rules)]
    return "; ".join(found) or NOT_ASKED


def names_of(rules: str) -> set[str]:
    """The rules of ``graph 4, 7`` or ``essentials 5, unknown 9``."""
    names, kind = set(), ""
    for part in rules.split(", "):
        kind = part.rpartition(" ")[0] or kind
        names.add(f"{kind} {part.rpartition(' ')[2]}")
    return names


if __name__ == "__main__":
    sys.stdout.write(document())
