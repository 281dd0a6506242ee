"""HTTP triggers: the JSON API and the review page, one function for each route of shared/api/routes/table.py."""

import os

from shared.api import Api, Front
from sync_http.blueprint import blueprint
from sync_http.page_files import page


def _api() -> Api:
    # Imported when first needed: wiring imports everything, and a fault in it must not leave the host without functions.
    from shared import wiring

    return wiring.api()


bp = blueprint(Front(api=_api, page=page, environment=os.environ))
