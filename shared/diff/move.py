"""A move: into what is synced, or out of it."""

from enum import StrEnum


class Move(StrEnum):
    """Which way an object of Entra goes when options change."""

    ENTER = "enter"
    LEAVE = "leave"
