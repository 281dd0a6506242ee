// A list of any length of which only the rows near the window are in the document.

import { el, svg } from "./dom.js";

const ESTIMATE = 76;
const BEYOND = 600;

/** Draws items as they come near; heights are measured, so rows may be of any height. */
export class VirtualList {
  /** `draw` makes the `li` of an item; `label` names the list for those who do not see it. */
  constructor(label, draw, signal) {
    this.draw = draw;
    this.items = [];
    this.heights = new WeakMap();
    this.drawn = new Map();
    this.above = spacer();
    this.below = spacer();
    this.list = el("ul", { class: "rows", "aria-label": label });
    this.element = el("div", { class: "virtual" }, this.above, this.list, this.below);
    this.observer = new ResizeObserver((entries) => this.measured(entries));
    this.frame = 0;
    const later = () => this.schedule();
    window.addEventListener("scroll", later, { passive: true, signal });
    window.addEventListener("resize", later, { passive: true, signal });
    signal.addEventListener("abort", () => this.observer.disconnect());
  }

  /** Show these items in place of the former. */
  show(items) {
    this.items = items;
    this.clear();
    this.render();
  }

  /** Draw what is in view again: something that the rows tell has changed. */
  refresh() {
    const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
    for (const [index, row] of this.drawn) {
      const renewed = this.make(index);
      this.observer.unobserve(row);
      row.replaceWith(renewed);
      this.drawn.set(index, renewed);
      this.observer.observe(renewed);
    }
    if (focused) this.list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  make(index) {
    const row = this.draw(this.items[index]);
    row.virtualItem = this.items[index];
    row.setAttribute("aria-setsize", this.items.length);
    row.setAttribute("aria-posinset", index + 1);
    return row;
  }

  clear() {
    this.observer.disconnect();
    this.drawn.clear();
    this.list.replaceChildren();
  }

  height(index) {
    return this.heights.get(this.items[index]) ?? ESTIMATE;
  }

  schedule() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.render());
  }

  measured(entries) {
    let moved = false;
    for (const { target } of entries) {
      const item = target.virtualItem;
      const height = target.offsetHeight;
      if (height && this.heights.get(item) !== height) {
        this.heights.set(item, height);
        moved = true;
      }
    }
    if (moved) this.schedule();
  }

  /** The first item in or near the window, the one after the last, and the space above, between and below. */
  window() {
    const top = -this.element.getBoundingClientRect().top - BEYOND;
    const bottom = top + window.innerHeight + 2 * BEYOND;
    let start = 0;
    let above = 0;
    while (start < this.items.length && above + this.height(start) < top) above += this.height(start++);
    let end = start;
    let reached = above;
    while (end < this.items.length && reached < bottom) reached += this.height(end++);
    let below = 0;
    for (let index = end; index < this.items.length; index += 1) below += this.height(index);
    return { start, end, above, below };
  }

  render() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { start, end, above, below } = this.window();
    for (const [index, row] of this.drawn) {
      if ((index < start || index >= end) && !row.contains(document.activeElement)) this.drop(index, row);
    }
    let next = this.list.firstChild;
    for (let index = start; index < end; index += 1) {
      const known = this.drawn.get(index);
      if (known) {
        next = known.nextSibling;
        continue;
      }
      const row = this.make(index);
      this.list.insertBefore(row, this.place(index) ?? next);
      this.drawn.set(index, row);
      this.observer.observe(row);
      next = row.nextSibling;
    }
    this.above.setAttribute("height", above);
    this.below.setAttribute("height", below);
  }

  place(index) {
    let found = null;
    let nearest = Infinity;
    for (const [other, row] of this.drawn) {
      if (other > index && other < nearest) [nearest, found] = [other, row];
    }
    return found;
  }

  drop(index, row) {
    this.observer.unobserve(row);
    row.remove();
    this.drawn.delete(index);
  }
}

// The policy allows no style in markup, and the height of a picture needs none.
function spacer() {
  return svg("svg", { class: "spacer", width: 1, height: 0, "aria-hidden": "true" });
}
