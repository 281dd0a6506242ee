"""How often a law is tried: a hundred times while developing, 2,000 times in CI, on the Python that the app runs on."""

import os
import sys

from hypothesis import settings

EXAMPLES_IN_CI = 2_000
_IS_WHOLE_RUN = os.environ.get("CI", "").lower() == "true" and sys.version_info >= (3, 13)
EXAMPLES = EXAMPLES_IN_CI if _IS_WHOLE_RUN else 100

law = settings(max_examples=EXAMPLES)
"""Put on a test that holds a law of safety."""
