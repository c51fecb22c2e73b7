// The console: the clock, the next batch, the house.

import { fillList, find, formatDate, formatTime, post, say } from "./elements.js";

const DAY_SECONDS = 86400;
const BEIJING_SECONDS = 8 * 3600;
let offsetSeconds = 0;
let isMomentChosen = false;

export function showConsole(state) {
  offsetSeconds = state.offset_seconds;
  find("clock-offset").textContent = sayOffset(state.offset_seconds);
  showTime();
  showNext(state);
  showHouse(state.house);
  const processes = Object.entries(state.processes).map(([name, words]) => [name, sayProcess(words)]);
  fillList(find("processes"), processes.length ? processes : [[say("processes_none"), ""]]);
  suggestMoment();
}

function sayOffset(seconds) {
  const size = Math.abs(seconds);
  if (size < 60) return say("offset_none");
  const parts = [
    ["days", Math.floor(size / DAY_SECONDS)],
    ["hours", Math.floor((size % DAY_SECONDS) / 3600)],
    ["minutes", Math.floor((size % 3600) / 60)],
  ];
  const words = parts.filter(([, count]) => count).map(([name, count]) => say(name, { count }));
  return say(seconds > 0 ? "offset_ahead" : "offset_behind", { size: words.join(" ") });
}

function showTime() {
  const now = Date.now() / 1000 + offsetSeconds;
  find("clock-time").textContent = formatTime(now, "clock");
  find("clock-date").textContent = formatTime(now, "day");
  find("clock-new-york").textContent = say("new_york", { time: formatTime(now, "short", "America/New_York") });
  find("top-clock").textContent = formatTime(now, "short");
}

/** The supervisor's words, such as `restarts in 3 s: signal 9`, begin with what it is. */
function sayProcess(words) {
  return say(`process_${words.split(" ")[0]}`);
}

/** The next full hour, until somebody writes another. */
function suggestMoment() {
  const field = find("moment-value");
  if (isMomentChosen || document.activeElement === field) return;
  const hour = Math.floor((Date.now() / 1000 + offsetSeconds) / 3600) * 3600 + 3600;
  field.value = new Date((hour + BEIJING_SECONDS) * 1000).toISOString().slice(0, 16);
}

function showNext({ next, left, announced }) {
  find("publish").disabled = !next;
  find("again").hidden = Boolean(next);
  if (!next) {
    find("next-batch").textContent = say("nothing_left");
    find("next-batch-more").textContent = say("announced", { announced });
    return;
  }
  find("next-batch").textContent = say("next_batch", { date: formatDate(next.announced_on) });
  const when = formatTime(next.announced_at_seconds, "short");
  find("next-batch-more").textContent = say("next_batch_more", { papers: next.papers, when, left });
}

function showHouse(house) {
  if (!house) {
    fillList(find("house"), [[say("house_unreadable"), ""]]);
    return;
  }
  const due = house.next_due_at_seconds;
  fillList(find("house"), [
    [say("batch"), house.batch ? sayBatch(house.batch) : say("none_yet")],
    [say("readers"), say("readers_value", house)],
    [say("next_due"), due ? formatTime(due, "short") : say(house.waiting ? "next_due_waiting" : "none_yet")],
    ...(house.waiting ? [[say("waiting"), say("waiting_value", house)]] : []),
    [say("sends"), saySends(house.deliveries)],
  ]);
}

function sayBatch(batch) {
  const total = batch.total ?? "?";
  return say(batch.is_whole ? "batch_whole" : "batch_partial", { ...batch, total, date: formatDate(batch.announced_on, "date") });
}

function saySends(deliveries) {
  const parts = Object.entries(deliveries).map(([state, count]) => say("send_count", { state: say(`send_${state}`), count }));
  return parts.join(say("join")) || say("none_yet");
}

async function act(button, path, body) {
  button.disabled = true;
  const reason = await post(path, body);
  button.disabled = false;
  find("refused").hidden = !reason;
  find("refused").textContent = reason ? say(reason) : "";
}

for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => act(button, "/clock/steps", { seconds: Number(button.dataset.step) }));
}
find("next-digest").addEventListener("click", (event) => act(event.currentTarget, "/clock/next-digest"));
find("publish").addEventListener("click", (event) => act(event.currentTarget, "/announcements"));
find("moment").addEventListener("submit", (event) => {
  event.preventDefault();
  isMomentChosen = false;
  act(event.submitter, "/clock/moment", { beijing: find("moment-value").value });
});
find("moment-value").addEventListener("input", () => (isMomentChosen = true));
setInterval(showTime, 500);
