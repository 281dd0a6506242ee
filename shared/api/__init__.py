"""The HTTP API as pure request -> command -> response: routes, problems, OpenAPI, authorization. No azure.functions in here."""
