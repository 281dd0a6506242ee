"""Proofpoint Essentials API v1 over the simulated organizations, at least as strict as the real one: what is not offered is refused."""

from simulator.essentials.mailflow import MailFlow
from simulator.essentials.native_sync import NativeSync, NativeSyncReport
from simulator.essentials.service import EssentialsService
from simulator.essentials.switches import (
    AddressInUse,
    BatchBody,
    CreatedBody,
    EmptyAliases,
    EndpointsForm,
    EssentialsSwitches,
    ExemptionsForm,
    LetterCase,
    MaskedKey,
    NativeSyncVersion,
    PutMeaning,
    Rename,
    RetryAfter,
)

__all__ = [
    "AddressInUse",
    "BatchBody",
    "CreatedBody",
    "EmptyAliases",
    "EndpointsForm",
    "EssentialsService",
    "EssentialsSwitches",
    "ExemptionsForm",
    "LetterCase",
    "MailFlow",
    "MaskedKey",
    "NativeSync",
    "NativeSyncReport",
    "NativeSyncVersion",
    "PutMeaning",
    "Rename",
    "RetryAfter",
]
