"""A believable company of any size: a Microsoft Entra tenant, and an Essentials organization that knows part of it.

Everything is drawn from one seed: the same seed and day make the same world, ids and secrets included.
"""

from simulator.company.world import make_world

__all__ = ["make_world"]
