// Pictures of numbers, drawn by the page; each says in words what it shows.

import { el, svg } from "./dom.js";
import { title } from "./words.js";

const WIDTH = 720;
const HEIGHT = 170;
const LEFT = 44;
const BOTTOM = 24;

/** Seats in use before and after, beside the limit. */
export function seatsBar(seats, after) {
  const most = Math.max(seats.limit ?? 0, seats.used_before, after, 1);
  const at = (number) => (number / most) * 100;
  const over = seats.limit !== null && after > seats.limit;
  return svg(
    "svg",
    { class: "seats", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "seats-room", width: 100, height: 8, rx: 1 }),
    svg("rect", { class: over ? "seats-over" : "seats-after", width: at(Math.max(after, seats.used_before)), height: 8, rx: 1 }),
    svg("rect", { class: "seats-before", width: at(Math.min(after, seats.used_before)), height: 8, rx: 1 }),
  );
}

function frame(label, most, first, last, ...content) {
  const lines = [0, 0.5, 1].map((part) => {
    const y = 10 + (HEIGHT - BOTTOM - 10) * (1 - part);
    return [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y, y2: y }),
      svg("text", { class: "axis", x: LEFT - 8, y: y + 4, "text-anchor": "end" }, Math.round(most * part).toLocaleString()),
    ];
  });
  const day = (text) => new Date(text).toLocaleDateString(undefined, { month: "short", day: "numeric" });
  return svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    ...lines.flat(),
    svg("text", { class: "axis", x: LEFT, y: HEIGHT - 4 }, day(first)),
    svg("text", { class: "axis", x: WIDTH, y: HEIGHT - 4, "text-anchor": "end" }, day(last)),
    ...content,
  );
}

const up = (number, most) => ((HEIGHT - BOTTOM - 10) * number) / most;

/** Stacked bars: `points` are `{at, parts: {name: number}}`, oldest first; `tones` names the class of each part. */
export function bars(label, points, tones) {
  const sum = (point) => Object.values(point.parts).reduce((a, b) => a + b, 0);
  const most = Math.max(1, ...points.map(sum));
  const step = (WIDTH - LEFT) / points.length;
  const width = Math.min(28, step * 0.7);
  const drawn = points.map((point, index) => {
    let y = HEIGHT - BOTTOM;
    const parts = Object.entries(point.parts).map(([name, number]) => {
      const height = up(number, most);
      y -= height;
      return svg("rect", { class: `bar ${tones[name] ?? ""}`, x: LEFT + index * step + (step - width) / 2, y, width, height });
    });
    const told = Object.entries(point.parts).map(([name, number]) => `${title(name)} ${number}`).join(", ");
    return svg("g", {}, svg("title", {}, `${new Date(point.at).toLocaleString()}: ${told || "nothing"}`), ...parts);
  });
  return frame(label, most, points[0].at, points[points.length - 1].at, ...drawn);
}

/** Lines: `points` are `{at, parts: {name: number}}`, oldest first. */
export function lines(label, points, tones) {
  const most = Math.max(1, ...points.flatMap((point) => Object.values(point.parts)));
  const step = points.length > 1 ? (WIDTH - LEFT - 8) / (points.length - 1) : 0;
  const start = points.length > 1 ? LEFT + 4 : (LEFT + WIDTH) / 2;
  const drawn = Object.keys(points[0].parts).map((name) => {
    const path = points.map((point, index) => `${index ? "L" : "M"}${start + index * step} ${HEIGHT - BOTTOM - up(point.parts[name], most)}`);
    const dots = points.map((point, index) =>
      svg("circle", { class: `dot ${tones[name]}`, cx: start + index * step, cy: HEIGHT - BOTTOM - up(point.parts[name], most), r: 3 }, svg("title", {}, `${title(name)}: ${point.parts[name]}`)),
    );
    return svg("g", {}, svg("path", { class: `line ${tones[name]}`, d: path.join("") }), ...dots);
  });
  return frame(label, most, points[0].at, points[points.length - 1].at, ...drawn);
}

/** What the colours of a chart stand for. */
export function legend(entries) {
  return el("ul", { class: "legend" }, entries.map(([name, tone]) => el("li", {}, el("span", { class: `swatch ${tone}` }), name)));
}
