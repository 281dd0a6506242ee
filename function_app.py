"""Registers the triggers; nothing else. The Functions host looks for this file by its name."""

import azure.functions as func

from sync_http import bp as http
from sync_queue import bp as queue
from sync_timer import bp as timer

app = func.FunctionApp()
app.register_functions(http)
app.register_functions(queue)
app.register_functions(timer)
