// Elements made of text only: nothing that comes from a directory can become markup.

// Pictures are of the namespace that the page's own picture has.
const SVG = document.getElementById("drawing").namespaceURI;

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean" && !name.startsWith("aria-")) element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** An element with properties (`class`, `on…` handlers, attributes) and children (elements or text). */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same of an SVG picture. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** Text of a directory, kept apart from the direction and marks of what stands around it. */
export function said(text) {
  return el("bdi", {}, text);
}

/** A button; `look` is a class such as `strong`, `danger` or `link`. */
export function button(text, onclick, look = "", properties = {}) {
  return el("button", { type: "button", class: look, onclick, ...properties }, text);
}

/** A link to another view. */
export function link(text, hash, look = "") {
  return el("a", { href: hash, class: look }, text);
}

/** Facts as name and value. */
export function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** A framed part of a view with its own heading. */
export function card(title, ...children) {
  return el("section", { class: "card" }, el("h2", {}, title), ...children);
}

/** A notice: `tone` is `info`, `good`, `warn` or `bad`. */
export function notice(tone, title, ...children) {
  return el("div", { class: `notice ${tone}` }, el("p", { class: "notice-title" }, title), ...children);
}

/** What stands where there is nothing yet. */
export function empty(title, text, ...actions) {
  return el("div", { class: "empty" }, el("p", { class: "empty-title" }, title), el("p", {}, text), ...actions);
}

/** A small word with a colour of its own. */
export function badge(text, tone = "") {
  return el("span", { class: `badge ${tone}` }, text);
}

/** A labelled tick box. */
export function tick(label, properties = {}) {
  const box = el("input", { type: "checkbox", ...properties });
  return { box, element: el("label", { class: "tick" }, box, el("span", {}, label)) };
}

/** A time in the reader's own zone, UTC on hover. */
export function when(text) {
  if (!text) return el("span", {}, "never");
  const at = new Date(text);
  const shown = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return el("time", { datetime: text, title: `${at.toISOString().slice(0, 19).replace("T", " ")} UTC` }, shown);
}

/** A heading of a view, with what belongs beside it. */
export function heading(title, ...beside) {
  return el("div", { class: "heading" }, el("h1", { tabindex: "-1" }, title), ...beside);
}
