"""Where the state is kept, from the host's own storage settings or a local folder."""

import re
from collections.abc import Mapping
from pathlib import Path

from shared.errors import SettingProblem
from shared.settings.kinds import UnusableValueError
from shared.settings.texts import HttpsOrigin
from shared.settings.values import ConnectionStringStorage, FolderStorage, IdentityStorage, Storage

STATE_DIR = "STATE_DIR"
CONNECTION = "AzureWebJobsStorage"
ACCOUNT_NAME = f"{CONNECTION}__accountName"
BLOB_URL = f"{CONNECTION}__blobServiceUri"
QUEUE_URL = f"{CONNECTION}__queueServiceUri"

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
"""Source: learn.microsoft.com/azure/storage/common/storage-account-overview (names)."""


def read_storage(given: Mapping[str, str]) -> Storage | tuple[SettingProblem, ...]:
    """The storage that these settings name, or what is wrong with them; ``STATE_DIR`` wins, then a connection string.

    ``given``: settings that have a value, without blanks around it.
    """
    if STATE_DIR in given:
        return FolderStorage(path=Path(given[STATE_DIR]).expanduser().resolve())
    if CONNECTION in given:
        return _connection(given[CONNECTION])
    if BLOB_URL in given or QUEUE_URL in given:
        return _service_urls(given)
    if ACCOUNT_NAME in given:
        name = given[ACCOUNT_NAME].lower()
        if not _ACCOUNT.fullmatch(name):
            fix = "Write the name of the storage account: 3 to 24 letters and digits."
            return (SettingProblem(name=ACCOUNT_NAME, value=given[ACCOUNT_NAME], fix=fix),)
        return IdentityStorage(
            blob_url=f"https://{name}.blob.core.windows.net", queue_url=f"https://{name}.queue.core.windows.net"
        )
    fix = f"Set {CONNECTION}, or {ACCOUNT_NAME}, or {BLOB_URL} with {QUEUE_URL}; locally {STATE_DIR}."
    return (SettingProblem(name=CONNECTION, value="", fix=fix),)


def _connection(text: str) -> Storage | tuple[SettingProblem, ...]:
    parts = {part.partition("=")[0].strip().lower() for part in text.split(";") if "=" in part}
    if "accountname" in parts or {"blobendpoint", "queueendpoint"} <= parts:
        return ConnectionStringStorage(connection_string=text)
    fix = (
        f"Write a connection string with AccountName and AccountKey, or use {ACCOUNT_NAME} or {STATE_DIR} in its place."
    )
    return (SettingProblem(name=CONNECTION, value="(not shown: it holds a key)", fix=fix),)


def _service_urls(given: Mapping[str, str]) -> Storage | tuple[SettingProblem, ...]:
    problems: list[SettingProblem] = []
    urls: dict[str, str] = {}
    for name in (BLOB_URL, QUEUE_URL):
        if name not in given:
            problems.append(SettingProblem(name=name, value="", fix=f"Set both {BLOB_URL} and {QUEUE_URL}."))
            continue
        try:
            urls[name] = HttpsOrigin().parse(given[name])
        except UnusableValueError as error:
            shown = given[name] if error.shown is None else error.shown
            problems.append(SettingProblem(name=name, value=shown, fix=error.fix))
    return tuple(problems) or IdentityStorage(blob_url=urls[BLOB_URL], queue_url=urls[QUEUE_URL])
