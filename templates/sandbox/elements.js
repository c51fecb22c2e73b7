// Elements, sentences and times. Text goes into the page as text, never as HTML.

const phrases = JSON.parse(document.getElementById("phrases").textContent);
const language = document.documentElement.lang;

export const find = (id) => document.getElementById(id);

/** The sentence `name` of [sandbox], filled in. */
export function say(name, fields = {}) {
  return (phrases[name] ?? name).replace(/\{(\w+)\}/g, (_, field) => fields[field]);
}

/** `make("b", {className: "x"}, "text", element)`; what is null is left out. */
export function make(tag, properties = {}, ...children) {
  const { dataset = {}, ...plain } = properties;
  const element = Object.assign(document.createElement(tag), plain);
  Object.assign(element.dataset, dataset);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function link(url, ...children) {
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** A group of facts: `[["worker", "running"], …]`. */
export function fillList(list, rows) {
  list.replaceChildren(...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

/** Null, or the name of the sentence that says why not. */
export async function post(path, body = {}) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, options).catch(() => null);
  if (response?.ok) return null;
  const detail = response?.status === 409 ? (await response.json()).detail : "";
  return detail in phrases ? detail : "not_done";
}

const formats = new Map();

/** `style` is one of `styles`; arXiv is in New York, its readers in Beijing. */
export function formatTime(seconds, style, zone = "Asia/Shanghai") {
  const day = { year: "numeric", month: "long", day: "numeric", weekday: "short" };
  const styles = {
    time: { hour: "2-digit", minute: "2-digit" },
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
    day,
    date: { month: "short", day: "numeric" },
    short: { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit" },
  };
  const key = `${style} ${zone}`;
  if (!formats.has(key)) {
    const options = { timeZone: zone, hourCycle: "h23", ...styles[style] };
    formats.set(key, new Intl.DateTimeFormat(language, options));
  }
  return formats.get(key).format(seconds * 1000);
}

/** A date without a time, such as arXiv's: `2026-11-20`. */
export const formatDate = (text, style = "day") => formatTime(Date.parse(`${text}T12:00:00+08:00`) / 1000, style);
