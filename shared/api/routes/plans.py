"""The routes of plans: what is in them, and their execution."""

from shared.api import handlers
from shared.api.answers.plans import PlanHead, WholePlan
from shared.api.answers.rows import ChangeRows, SkippedRows
from shared.api.bodies import SELECTION_BODY_BYTES, ExecuteBody, NoBody, RowsBody
from shared.api.exports import MEDIA_TYPES, ExportFormat
from shared.api.http import Method
from shared.api.route import Parameter, Route, Shape, administering, reading
from shared.api.routes.runs import STARTED

ROUTES = (
    Route(
        name="get_plan",
        method=Method.GET,
        template="plans/{id}",
        summary="The head of a plan: counts, certificates, guard, licences, warnings.",
        access=reading(handlers.get_plan, body=NoBody),
        shapes=(Shape(status=200, types=(PlanHead,)),),
        refusals=(404,),
    ),
    Route(
        name="list_rows",
        method=Method.POST,
        template="plans/{id}/rows",
        summary="Rows of a plan: changes, or what it leaves as it is (category skipped).",
        access=reading(handlers.list_rows, body=RowsBody),
        shapes=(Shape(status=200, types=(ChangeRows, SkippedRows)),),
        refusals=(404,),
    ),
    Route(
        name="export_plan",
        method=Method.GET,
        template="plans/{id}/export",
        summary="The whole plan as a file for a change ticket.",
        access=reading(handlers.export_plan, body=NoBody),
        shapes=(
            Shape(
                status=200,
                types=(WholePlan,),
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
        access=administering(handlers.execute_plan, body=ExecuteBody, most_bytes=SELECTION_BODY_BYTES),
        shapes=STARTED,
        refusals=(404, 409, 410, 412, 422),
    ),
)
