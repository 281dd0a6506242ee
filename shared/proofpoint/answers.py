"""Bodies of single reads, whose form is agreed."""

from collections.abc import Mapping

from shared.errors import UnexpectedAnswerError
from shared.proofpoint.refusals import decoded
from shared.transport import Answer


def object_of(answer: Answer) -> Mapping[str, object]:
    """The JSON object of an answer; raises UnexpectedAnswerError for anything else."""
    body = decoded(answer.json_bytes())
    if not isinstance(body, dict):
        raise not_as_agreed(answer, "it is no JSON object")
    return body


def not_as_agreed(answer: Answer, reason: str) -> UnexpectedAnswerError:
    """The error for an answer of another form."""
    return UnexpectedAnswerError(
        f"{answer.where} answered with something else than agreed: {reason}.",
        "Nothing was changed. Look for a proxy that alters answers, or report it to Proofpoint.",
    )
