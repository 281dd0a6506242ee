"""A whole function app whose engine is the one in memory. ``REPOSITORY`` says where the product's packages lie."""

import os
import sys

import azure.functions as func

sys.path.append(os.environ["REPOSITORY"])  # last, so that "function_app" stays this file

from shared.api import Api, Front, authorization_of  # found by the line above
from sync_http.blueprint import blueprint  # as above
from sync_http.page_files import page  # as above
from tests.api.calling import small_plan  # as above
from tests.twins.memory_administration import MemoryAdministration  # as above
from tests.twins.memory_commands import MemoryCommands  # as above

commands = MemoryCommands(plan_of_next_search=small_plan())
administration = MemoryAdministration(plan=small_plan())

app = func.FunctionApp()
app.register_functions(
    blueprint(
        Front(
            api=lambda: Api(
                commands=commands, administration=lambda: administration, authorization=authorization_of(os.environ)
            ),
            page=page,
            environment=os.environ,
        )
    )
)
