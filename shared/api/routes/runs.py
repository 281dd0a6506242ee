"""The routes of searches, runs and their results."""

from shared.api import handlers
from shared.api.answers.runs import Results, Run, Runs, Started
from shared.api.bodies import NoBody, ResultsBody, SearchBody
from shared.api.http import Method
from shared.api.route import PEOPLE, Parameter, Route, Shape, administering, reading

STARTED = (Shape(status=202, types=(Started,), headers=("Location", "Retry-After")),)
"""What everything that starts a run answers."""

_RUN = (Shape(status=200, types=(Run,), headers=("Retry-After",)),)

ROUTES = (
    Route(
        name="start_search",
        method=Method.POST,
        template="searches",
        summary="Read both sides and make a plan; changes nothing in Essentials. Only people may accept.",
        access=administering(handlers.start_search, body=SearchBody),
        shapes=STARTED,
        refusals=(409, 429),
    ),
    Route(
        name="list_runs",
        method=Method.GET,
        template="runs",
        summary="The newest runs, newest first.",
        access=reading(handlers.list_runs, body=NoBody),
        shapes=(Shape(status=200, types=(Runs,)),),
        refusals=(400,),
        parameters=(
            Parameter(
                name="limit",
                schema={"type": "integer", "minimum": 1, "maximum": handlers.MOST_RUNS, "default": 50},
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
        access=reading(handlers.get_run, body=NoBody),
        shapes=_RUN,
        refusals=(404,),
    ),
    Route(
        name="work_run",
        method=Method.POST,
        template="runs/{id}/work",
        summary="Carry the run out for at most 60 seconds, here and now; where another worker does, only say how far it is.",
        access=administering(handlers.work_run, body=NoBody),
        shapes=_RUN,
        refusals=(404,),
    ),
    Route(
        name="cancel_run",
        method=Method.POST,
        template="runs/{id}/cancel",
        summary="Stop the run after the change or chain in hand.",
        access=administering(handlers.cancel_run, body=NoBody),
        shapes=_RUN,
        refusals=(404,),
    ),
    Route(
        name="undo_run",
        method=Method.POST,
        template="runs/{id}/undo",
        summary="Make the plan that puts back what an execution did, where nothing changed it since; changes nothing itself.",
        access=administering(handlers.undo_run, body=NoBody, callers=PEOPLE),
        shapes=STARTED,
        refusals=(404, 409, 429),
    ),
    Route(
        name="list_results",
        method=Method.POST,
        template="runs/{id}/results",
        summary="What became of each change of an execution.",
        access=reading(handlers.list_results, body=ResultsBody),
        shapes=(Shape(status=200, types=(Results,)),),
        refusals=(404,),
    ),
)
