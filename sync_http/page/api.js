// Calls the app's own API and turns what goes wrong into one kind of error that says what to do.

const KEY = "function-key";
const PAGE = 1000;
const AT_ONCE = 4;

/** What the API refused or could not do: `code`, `fix`, and in `body` what belongs to the code. */
export class Problem extends Error {
  constructor(body) {
    super(body.detail ?? "The app refused.");
    this.body = body;
    this.code = body.code ?? "unknown";
    this.fix = body.fix ?? "";
  }
}

/** Whether the app, or the way to it, is only away for a while. */
export function isAway(error) {
  return error instanceof Problem && ["unreachable", "http_500", "http_502", "http_503", "http_504", "storage_unavailable"].includes(error.code);
}

/** Keep the function key for this tab. */
export function useKey(key) {
  sessionStorage.setItem(KEY, key);
}

/** Whether this tab holds a function key. */
export function hasKey() {
  return sessionStorage.getItem(KEY) !== null;
}

/** Forget the function key. */
export function forgetKey() {
  sessionStorage.removeItem(KEY);
}

function headersOf(method) {
  const headers = {};
  const key = sessionStorage.getItem(KEY);
  if (key) headers["x-functions-key"] = key;
  if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-Sync-Request": "1" });
  return headers;
}

async function ask(method, path, body) {
  let response;
  try {
    // A sign-in that has ended answers with a redirect to another origin, which a page cannot follow.
    response = await fetch(path, { method, headers: headersOf(method), body, redirect: "manual", cache: "no-store" });
  } catch {
    throw new Problem({ code: "unreachable", detail: "The app does not answer.", fix: "Check the network; the page tries again where it watches a run." });
  }
  if (response.type === "opaqueredirect") {
    throw new Problem({ code: "signed_out", detail: "Your sign-in has ended.", fix: "Sign in again: your ticks are kept." });
  }
  if (response.status === 401) {
    const wrong = hasKey();
    forgetKey();
    throw new Problem({ code: "key_needed", detail: wrong ? "The app does not take this key." : "The app asks for a function key.", fix: "Enter it." });
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

async function json(response) {
  return response.status === 204 ? {} : response.json();
}

/** The JSON that a GET answers. */
export async function get(path) {
  return json(await ask("GET", path));
}

/** The JSON that a POST, PUT or DELETE answers. */
export async function send(method, path, body = {}) {
  return json(await ask(method, path, JSON.stringify(body)));
}

/** The JSON that a POST answers. */
export async function post(path, body = {}) {
  return send("POST", path, body);
}

/** Save what a GET answers as a file. */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await ask("GET", path)).blob());
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}

/** Every row of a list that comes in pages, under `name`; `first` is called with what the first page brings. */
export async function all(path, name, body = {}, first = () => {}) {
  const start = await post(path, { ...body, offset: 0, limit: PAGE });
  const rows = start[name];
  first(rows, start.total);
  for (let offset = rows.length; offset < start.total && offset > 0; offset += PAGE * AT_ONCE) {
    const offsets = Array.from({ length: AT_ONCE }, (_, index) => offset + index * PAGE).filter((from) => from < start.total);
    const pages = await Promise.all(offsets.map((from) => post(path, { ...body, offset: from, limit: PAGE })));
    for (const page of pages) rows.push(...page[name]);
  }
  return rows;
}

/** Which routes this app has, by what it says of itself: `has("PUT", "settings")`. */
export async function routes() {
  const { paths } = await get("openapi.json");
  return (method, path) => Boolean(paths[`/api/${path}`]?.[method.toLowerCase()]);
}
