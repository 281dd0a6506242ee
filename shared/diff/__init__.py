"""The pure core: mapping, matching, plan, seats, guard, ordering, ledger. No I/O, clock, environment or log; standard library only."""
