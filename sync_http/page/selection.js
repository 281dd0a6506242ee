// What the administrator chose of a plan: its ticks, less what was unticked, plus what was ticked by hand.

/** The ticks of a plan's changes; changes that hand an address over are ticked together. */
export class Selection {
  constructor(changes) {
    this.changes = changes;
    this.chosen = new Set(changes.filter((change) => change.ticked).map((change) => change.id));
    this.chains = Map.groupBy
      ? Map.groupBy(changes.filter((change) => change.chain), (change) => change.chain)
      : group(changes.filter((change) => change.chain));
  }

  has(change) {
    return this.chosen.has(change.id);
  }

  /** The changes that go together with this one, itself among them. */
  partners(change) {
    return change.chain ? this.chains.get(change.chain) : [change];
  }

  /** Whether nobody can tick it: it is blocked, or one that it hands an address to or from is. */
  isBlocked(change) {
    return this.partners(change).some((partner) => partner.blocked);
  }

  set(change, isChosen) {
    for (const partner of this.partners(change)) {
      if (isChosen && !this.isBlocked(change)) this.chosen.add(partner.id);
      else this.chosen.delete(partner.id);
    }
  }

  get size() {
    return this.chosen.size;
  }

  get exclude() {
    return this.changes.filter((change) => change.ticked && !this.has(change)).map((change) => change.id);
  }

  get include() {
    return this.changes.filter((change) => !change.ticked && this.has(change)).map((change) => change.id);
  }
}

function group(changes) {
  const groups = new Map();
  for (const change of changes) groups.set(change.chain, [...(groups.get(change.chain) ?? []), change]);
  return groups;
}
