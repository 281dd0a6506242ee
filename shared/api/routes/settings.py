"""The routes of settings, and of who changed them."""

from shared.api import administration_handlers as administration
from shared.api import handlers
from shared.api.answers.audit import Audit
from shared.api.answers.settings import Checks, ScopePreview, Settings
from shared.api.bodies import NoBody, OptionsBody
from shared.api.http import Method
from shared.api.route import PEOPLE, Parameter, Route, Shape, administering, reading

ROUTES = (
    Route(
        name="settings",
        method=Method.GET,
        template="settings",
        summary="The settings in force with their sources.",
        access=reading(handlers.settings, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Settings,)),),
    ),
    Route(
        name="save_settings",
        method=Method.PUT,
        template="settings",
        summary="Save sync options over those saved before, checked as a whole; all other settings are set by deployment only.",
        access=administering(administration.save_settings, body=OptionsBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Settings,)),),
    ),
    Route(
        name="preview_settings",
        method=Method.POST,
        template="settings/preview",
        summary="Who would come into what is synced and who would go out of it, were these options saved; nothing is saved.",
        access=administering(administration.preview_settings, body=OptionsBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(ScopePreview,)),),
    ),
    Route(
        name="reset_settings",
        method=Method.DELETE,
        template="settings",
        summary="Drop every saved option: the deployed ones are in force again.",
        access=administering(administration.reset_settings, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Settings,)),),
    ),
    Route(
        name="verify_settings",
        method=Method.POST,
        template="settings/verify",
        summary="Connect to everything and check it, each thing by itself; changes nothing in Entra or Essentials.",
        access=administering(administration.verify_settings, body=NoBody),
        shapes=(Shape(status=200, types=(Checks,)),),
    ),
    Route(
        name="audit",
        method=Method.GET,
        template="audit",
        summary="Who changed which option, guard and exemption, newest first.",
        access=reading(administration.show_audit, body=NoBody, callers=PEOPLE),
        shapes=(Shape(status=200, types=(Audit,)),),
        refusals=(400,),
        parameters=(
            Parameter(
                name="limit",
                schema={"type": "integer", "minimum": 1, "maximum": administration.MOST_ENTRIES, "default": 200},
                is_required=False,
                description="How many.",
            ),
        ),
    ),
)
