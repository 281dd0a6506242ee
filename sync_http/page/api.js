// Calls the app's own API and turns what goes wrong into one kind of error that says what to do.

const KEY = "function-key";

/** What the API refused or could not do: `code`, `detail`, `fix`, and what belongs to the code. */
export class Problem extends Error {
  constructor(body) {
    super(body.detail);
    this.body = body;
    this.code = body.code;
    this.fix = body.fix;
  }
}

/** Keep the function key for this tab. */
export function useKey(key) {
  sessionStorage.setItem(KEY, key);
}

function headersOf(method) {
  const headers = {};
  const key = sessionStorage.getItem(KEY);
  if (key) headers["x-functions-key"] = key;
  if (method === "POST") Object.assign(headers, { "Content-Type": "application/json", "X-Sync-Request": "1" });
  return headers;
}

async function ask(method, path, body) {
  let response;
  try {
    // A sign-in that has ended answers with a redirect to another origin, which a page cannot follow.
    response = await fetch(path, { method, headers: headersOf(method), body, redirect: "manual", cache: "no-store" });
  } catch {
    throw new Problem({ code: "unreachable", detail: "The app does not answer.", fix: "Check the network and try again." });
  }
  if (response.type === "opaqueredirect") {
    throw new Problem({ code: "signed_out", detail: "You are signed out.", fix: "Reload the page to sign in again." });
  }
  if (response.status === 401) {
    sessionStorage.removeItem(KEY);
    throw new Problem({ code: "key_needed", detail: "The app asks for a valid function key.", fix: "Enter it below." });
  }
  if (!response.ok) throw new Problem(await problemOf(response));
  return response;
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return { code: `http_${response.status}`, detail: `The app answered ${response.status}.`, fix: "Try again in a minute." };
  }
}

/** The JSON that a GET answers. */
export async function get(path) {
  return (await ask("GET", path)).json();
}

/** The JSON that a POST answers. */
export async function post(path, body = {}) {
  return (await ask("POST", path, JSON.stringify(body))).json();
}

/** Save what a GET answers as a file. */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await ask("GET", path)).blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Every row of a list that comes in pages, under `name`. */
export async function all(path, name, body = {}) {
  const rows = [];
  for (;;) {
    const page = await post(path, { ...body, offset: rows.length, limit: 1000 });
    rows.push(...page[name]);
    if (page[name].length === 0 || rows.length >= page.total) return rows;
  }
}
