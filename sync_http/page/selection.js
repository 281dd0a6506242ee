// What the administrator chose of a plan: its ticks, less what was unticked, plus what was ticked by hand.

/** The ticks of a plan's changes; changes that hand an address over are ticked together. Kept in this tab over a reload. */
export class Selection {
  constructor(planId, changes) {
    this.key = `ticks-${planId}`;
    this.changes = changes;
    this.chains = new Map();
    for (const change of changes.filter((found) => found.chain)) {
      this.chains.set(change.chain, [...(this.chains.get(change.chain) ?? []), change]);
    }
    const { exclude = [], include = [] } = JSON.parse(sessionStorage.getItem(this.key) ?? "{}");
    const [out, put] = [new Set(exclude), new Set(include)];
    this.chosen = new Set(changes.filter((change) => put.has(change.id) || (change.ticked && !out.has(change.id))).map((change) => change.id));
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

  /** Tick or untick it with its partners. */
  set(change, isChosen) {
    this.put(change, isChosen);
    this.keep();
  }

  /** Tick or untick those of these that are ticked by default; the others are ticked one by one only. */
  setMany(changes, isChosen) {
    for (const change of changes) if (this.isPlain(change)) this.put(change, isChosen);
    this.keep();
  }

  isPlain(change) {
    return change.ticked && !this.isBlocked(change);
  }

  put(change, isChosen) {
    for (const partner of this.partners(change)) {
      if (isChosen && !this.isBlocked(change)) this.chosen.add(partner.id);
      else this.chosen.delete(partner.id);
    }
  }

  keep() {
    sessionStorage.setItem(this.key, JSON.stringify({ exclude: this.exclude, include: this.include }));
  }

  /** Whether all, none or some of those that are ticked by default are chosen. */
  stateOf(changes) {
    const plain = changes.filter((change) => this.isPlain(change));
    const chosen = plain.filter((change) => this.has(change)).length;
    return { plain: plain.length, chosen, all: plain.length > 0 && chosen === plain.length, some: chosen > 0 && chosen < plain.length };
  }

  get size() {
    return this.chosen.size;
  }

  get list() {
    return this.changes.filter((change) => this.has(change));
  }

  get exclude() {
    return this.changes.filter((change) => change.ticked && !this.has(change)).map((change) => change.id);
  }

  get include() {
    return this.changes.filter((change) => !change.ticked && this.has(change)).map((change) => change.id);
  }
}
