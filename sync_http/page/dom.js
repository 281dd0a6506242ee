// Elements made of text only: nothing that comes from a directory can become markup.

/** An element with properties (`class`, `on…` handlers, attributes) and children (elements or text). */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

/** The element with this id. */
export function at(id) {
  return document.getElementById(id);
}

/** Put these children in the place of what the element holds, and show the section that it is in. */
export function fill(id, ...children) {
  at(id).replaceChildren(...children);
  const section = at(id).closest("section");
  if (section) section.hidden = false;
}

/** Hide these sections. */
export function hide(...ids) {
  for (const id of ids) at(id).hidden = true;
}

/** A table of rows; each row is a list of elements or texts. */
export function table(headings, rows) {
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...headings.map((heading) => el("th", { scope: "col" }, heading)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))))),
  );
}

/** Facts as name and value. */
export function facts(pairs) {
  return el("dl", { class: "facts" }, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
}

/** Words of a code: `add_user` reads "add user". */
export function words(code) {
  return code.replaceAll("_", " ");
}

/** A time in the reader's own zone. */
export function when(text) {
  return text ? new Date(text).toLocaleString() : "never";
}
