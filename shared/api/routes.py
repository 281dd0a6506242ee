"""The one table of routes: dispatch, the functions that the host is given, OpenAPI and docs/api.md all come from it."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from shared.api import administration_handlers as administration
from shared.api import answers, handlers
from shared.api.authorization import Role
from shared.api.bodies import (
    SELECTION_BODY_BYTES,
    SMALL_BODY_BYTES,
    ExecuteBody,
    ExemptionBody,
    ExplainBody,
    NoBody,
    OptionsBody,
    ResultsBody,
    RowsBody,
    SearchBody,
)
from shared.api.exports import MEDIA_TYPES, ExportFormat
from shared.api.handlers import MOST_RUNS, Call
from shared.api.http import ApiResponse, Method
from shared.api.route import (
    ANYBODY,
    PEOPLE,
    DescriptionAccess,
    OpenAccess,
    PageAccess,
    Parameter,
    RoleAccess,
    Route,
    Shape,
)
from shared.engine.run import ActorKind

B = TypeVar("B", bound=Struct)


def _read(
    handle: Callable[[Call[B]], ApiResponse],
    *,
    body: type[B],
    callers: frozenset[ActorKind] = ANYBODY,
) -> RoleAccess[B]:
    return RoleAccess(
        role=Role.READER, callers=callers, body=body, most_bytes=SMALL_BODY_BYTES, changes_state=False, handle=handle
    )


def _change(
    handle: Callable[[Call[B]], ApiResponse],
    *,
    body: type[B],
    most_bytes: int = SMALL_BODY_BYTES,
    callers: frozenset[ActorKind] = ANYBODY,
) -> RoleAccess[B]:
    return RoleAccess(
        role=Role.ADMIN, callers=callers, body=body, most_bytes=most_bytes, changes_state=True, handle=handle
    )


_STARTED = (Shape(status=202, types=(answers.Started,), headers=("Location", "Retry-After")),)
_RUN = (Shape(status=200, types=(answers.Run,), headers=("Retry-After",)),)

ROUTES: tuple[Route, ...] = (
    Route(
        name="review",
        method=Method.GET,
        template="review",
        summary="The review page.",
        access=PageAccess(),
        shapes=(Shape(status=200, media_types=("text/html",)),),
    ),
    Route(
        name="asset",
        method=Method.GET,
        template="assets/{name}",
        summary="A file of the review page.",
        access=PageAccess(),
        shapes=(Shape(status=200, media_types=("text/javascript", "text/css", "image/svg+xml")),),
        refusals=(404,),
    ),
    Route(
        name="health",
        method=Method.GET,
        template="health",
        summary="Whether scheduled runs succeed: 200, or 503 where they are on and late, or where the app cannot work.",
        access=OpenAccess(handle=handlers.health),
        shapes=(Shape(status=200, types=(answers.Health,)), Shape(status=503, types=(answers.Health,))),
    ),
    Route(
        name="status",
        method=Method.GET,
        template="status",
        summary="How the app is doing: last success, next run, gate, secrets about to expire, warnings, and who is asking.",
        access=_read(handlers.status, body=NoBody),
        shapes=(Shape(status=200, types=(answers.Status,)),),
    ),
    Route(
        name="openapi",
        method=Method.GET,
        template="openapi.json",
        summary="This API as OpenAPI 3.1.",
        access=DescriptionAccess(),
        shapes=(Shape(status=200),),
    ),
    Route(
        name="settings",
        method=Method.GET,
        template="settings",
        summary="The settings in force with their sources.",
        access=_read(handlers.settings, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Settings,)),),
    ),
    Route(
        name="save_settings",
        method=Method.PUT,
        template="settings",
        summary="Save sync options over those saved before, checked as a whole; all other settings are set by deployment only.",
        access=_change(administration.save_settings, body=OptionsBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Settings,)),),
    ),
    Route(
        name="preview_settings",
        method=Method.POST,
        template="settings/preview",
        summary="Who would come into what is synced and who would go out of it, were these options saved; nothing is saved.",
        access=_change(administration.preview_settings, body=OptionsBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.ScopePreview,)),),
    ),
    Route(
        name="reset_settings",
        method=Method.DELETE,
        template="settings",
        summary="Drop every saved option: the deployed ones are in force again.",
        access=_change(administration.reset_settings, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Settings,)),),
    ),
    Route(
        name="verify_settings",
        method=Method.POST,
        template="settings/verify",
        summary="Connect to everything and check it, each thing by itself; changes nothing in Entra or Essentials.",
        access=_change(administration.verify_settings, body=NoBody),
        shapes=(Shape(status=200, types=(answers.Checks,)),),
    ),
    Route(
        name="audit",
        method=Method.GET,
        template="audit",
        summary="Who changed which option, guard and exemption, newest first.",
        access=_read(administration.show_audit, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Audit,)),),
        refusals=(400,),
        parameters=(
            Parameter(
                name="limit",
                schema={"type": "integer", "minimum": 1, "maximum": administration.MOST_ENTRIES, "default": 200},
                is_required=False,
                description="How many.",
            ),
        ),
    ),
    Route(
        name="list_exemptions",
        method=Method.GET,
        template="exemptions",
        summary="Addresses whose person and account stay as they are.",
        access=_read(administration.list_exemptions, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Exemptions,)),),
    ),
    Route(
        name="add_exemption",
        method=Method.POST,
        template="exemptions",
        summary="Exempt an address, with a reason, for good or until a time.",
        access=_change(administration.add_exemption, body=ExemptionBody, callers=PEOPLE),
        shapes=(Shape(status=201, types=(answers.Exemption,)),),
        refusals=(409,),
    ),
    Route(
        name="end_exemption",
        method=Method.DELETE,
        template="exemptions/{id}",
        summary="End an exemption; answers the one that has ended.",
        access=_change(administration.end_exemption, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Exemption,)),),
        refusals=(404,),
    ),
    Route(
        name="explain_address",
        method=Method.POST,
        template="explain",
        summary="Why an address is as it is, by the last plan, the ledger and the exemptions; reads nothing anew.",
        access=_read(administration.explain_address, body=ExplainBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(answers.Explanation,)),),
    ),
    Route(
        name="start_search",
        method=Method.POST,
        template="searches",
        summary="Read both sides and make a plan; changes nothing in Essentials. Only people may accept.",
        access=_change(handlers.start_search, body=SearchBody),
        shapes=_STARTED,
        refusals=(409, 429),
    ),
    Route(
        name="list_runs",
        method=Method.GET,
        template="runs",
        summary="The newest runs, newest first.",
        access=_read(handlers.list_runs, body=NoBody),
        shapes=(Shape(status=200, types=(answers.Runs,)),),
        refusals=(400,),
        parameters=(
            Parameter(
                name="limit",
                schema={"type": "integer", "minimum": 1, "maximum": MOST_RUNS, "default": 50},
                is_required=False,
                description="How many.",
            ),
        ),
    ),
    Route(
        name="get_run",
        method=Method.GET,
        template="runs/{id}",
        summary="One run: its state, progress and problem.",
        access=_read(handlers.get_run, body=NoBody),
        shapes=_RUN,
        refusals=(404,),
    ),
    Route(
        name="work_run",
        method=Method.POST,
        template="runs/{id}/work",
        summary="Carry the run out for at most 60 seconds, here and now; where another worker does, only say how far it is.",
        access=_change(handlers.work_run, body=NoBody),
        shapes=_RUN,
        refusals=(404,),
    ),
    Route(
        name="cancel_run",
        method=Method.POST,
        template="runs/{id}/cancel",
        summary="Stop the run after the change or chain in hand.",
        access=_change(handlers.cancel_run, body=NoBody),
        shapes=_RUN,
        refusals=(404,),
    ),
    Route(
        name="undo_run",
        method=Method.POST,
        template="runs/{id}/undo",
        summary="Make the plan that puts back what an execution did, where nothing changed it since; changes nothing itself.",
        access=_change(handlers.undo_run, body=NoBody, callers=PEOPLE),
        shapes=_STARTED,
        refusals=(404, 409, 429),
    ),
    Route(
        name="list_results",
        method=Method.POST,
        template="runs/{id}/results",
        summary="What became of each change of an execution.",
        access=_read(handlers.list_results, body=ResultsBody),
        shapes=(Shape(status=200, types=(answers.Results,)),),
        refusals=(404,),
    ),
    Route(
        name="get_plan",
        method=Method.GET,
        template="plans/{id}",
        summary="The head of a plan: counts, certificates, guard, licences, warnings.",
        access=_read(handlers.get_plan, body=NoBody),
        shapes=(Shape(status=200, types=(answers.PlanHead,)),),
        refusals=(404,),
    ),
    Route(
        name="list_rows",
        method=Method.POST,
        template="plans/{id}/rows",
        summary="Rows of a plan: changes, or what it leaves as it is (category skipped).",
        access=_read(handlers.list_rows, body=RowsBody),
        shapes=(Shape(status=200, types=(answers.ChangeRows, answers.SkippedRows)),),
        refusals=(404,),
    ),
    Route(
        name="export_plan",
        method=Method.GET,
        template="plans/{id}/export",
        summary="The whole plan as a file for a change ticket.",
        access=_read(handlers.export_plan, body=NoBody),
        shapes=(
            Shape(
                status=200,
                types=(answers.WholePlan,),
                media_types=tuple(media_type.partition(";")[0] for media_type in MEDIA_TYPES.values()),
                headers=("Content-Disposition",),
            ),
        ),
        refusals=(400, 404),
        parameters=(
            Parameter(
                name="format",
                schema={"type": "string", "enum": [form.value for form in ExportFormat]},
                is_required=True,
                description="The kind of file.",
            ),
        ),
    ),
    Route(
        name="execute_plan",
        method=Method.POST,
        template="plans/{id}/execute",
        summary="Carry out the plan's ticked changes without exclude and with include. Only people may include or approve.",
        access=_change(handlers.execute_plan, body=ExecuteBody, most_bytes=SELECTION_BODY_BYTES),
        shapes=_STARTED,
        refusals=(404, 409, 410, 412, 422),
    ),
)
