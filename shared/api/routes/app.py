"""The routes of the app itself: its page, how it is doing, and its description."""

from shared.api import handlers
from shared.api.answers.status import Health, Status
from shared.api.bodies import NoBody
from shared.api.http import Method
from shared.api.route import DescriptionAccess, OpenAccess, PageAccess, Route, Shape, reading

ROUTES = (
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
        shapes=(Shape(status=200, types=(Health,)), Shape(status=503, types=(Health,))),
    ),
    Route(
        name="status",
        method=Method.GET,
        template="status",
        summary="How the app is doing: last success, next run, gate, secrets about to expire, warnings, and who is asking.",
        access=reading(handlers.status, body=NoBody),
        shapes=(Shape(status=200, types=(Status,)),),
    ),
    Route(
        name="openapi",
        method=Method.GET,
        template="openapi.json",
        summary="This API as OpenAPI 3.1.",
        access=DescriptionAccess(),
        shapes=(Shape(status=200),),
    ),
)
