"""The routes of single addresses: exemptions, and why an address is as it is."""

from shared.api import administration_handlers as administration
from shared.api.answers.exemptions import Exemption, Exemptions
from shared.api.answers.explanations import Explanation
from shared.api.bodies import ExemptionBody, ExplainBody, NoBody
from shared.api.http import Method
from shared.api.route import PEOPLE, Route, Shape, administering, reading

ROUTES = (
    Route(
        name="list_exemptions",
        method=Method.GET,
        template="exemptions",
        summary="Addresses whose person and account stay as they are.",
        access=reading(administration.list_exemptions, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Exemptions,)),),
    ),
    Route(
        name="add_exemption",
        method=Method.POST,
        template="exemptions",
        summary="Exempt an address, with a reason, for good or until a time.",
        access=administering(administration.add_exemption, body=ExemptionBody, callers=PEOPLE),
        shapes=(Shape(status=201, types=(Exemption,)),),
        refusals=(409,),
    ),
    Route(
        name="end_exemption",
        method=Method.DELETE,
        template="exemptions/{id}",
        summary="End an exemption; answers the one that has ended.",
        access=administering(administration.end_exemption, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Exemption,)),),
        refusals=(404,),
    ),
    Route(
        name="explain_address",
        method=Method.POST,
        template="explain",
        summary="Why an address is as it is, by the last plan, the ledger and the exemptions; reads nothing anew.",
        access=reading(administration.explain_address, body=ExplainBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Explanation,)),),
    ),
)
