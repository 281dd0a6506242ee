"""The pure core: scope, mapping, matching, plan, guard, ordering. No I/O, clock, environment or log; standard library only."""
