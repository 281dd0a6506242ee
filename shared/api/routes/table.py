"""The one table of routes: dispatch, the functions that the host is given, OpenAPI and docs/api.md all come from it."""

from shared.api.route import Route
from shared.api.routes import addresses, app, plans, runs, settings

ROUTES: tuple[Route, ...] = (*app.ROUTES, *settings.ROUTES, *addresses.ROUTES, *runs.ROUTES, *plans.ROUTES)
