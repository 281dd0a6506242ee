"""The HTTP API as pure request -> command -> response: routes, problems, OpenAPI, authorization. No azure.functions in here."""

from shared.api.api import Api
from shared.api.authorization import Authorization, authorization_of
from shared.api.front import Front
from shared.api.http import ApiRequest, ApiResponse
from shared.api.page import Page
from shared.api.route import Route
from shared.api.routes.table import ROUTES

__all__ = ["ROUTES", "Api", "ApiRequest", "ApiResponse", "Authorization", "Front", "Page", "Route", "authorization_of"]
