// Questions that stand in front of the page; the browser keeps the focus inside and gives it back.

import { button, el, notice } from "./dom.js";

let numbers = 0;

/** Ask; `build` gets `close` and answers the children. Resolves with what `close` was called with, else undefined. */
export function ask(title, build) {
  return new Promise((resolve) => {
    let answer;
    const id = `dialog-${(numbers += 1)}`;
    const dialog = el("dialog", { "aria-labelledby": id });
    const close = (given) => {
      answer = given;
      dialog.close();
    };
    dialog.append(el("h2", { id }, title), ...build(close).flat());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** The row of buttons at the end of a question. */
export function choices(close, ...actions) {
  return el("div", { class: "actions end" }, button("Not now", () => close()), ...actions);
}

/** What went wrong, as a notice. */
export function trouble(problem) {
  return notice("bad", problem.message, el("p", {}, problem.fix ?? "Reload the page."));
}

/** Do something that a button asks for: it cannot be pressed twice, and what goes wrong is put into `place`. */
export async function attempt(pressed, place, action) {
  pressed.disabled = true;
  place.replaceChildren();
  try {
    return await action();
  } catch (problem) {
    place.replaceChildren(trouble(problem));
    return undefined;
  } finally {
    pressed.disabled = false;
  }
}
