// The chat window, as a phone shows it.

import { find, formatTime, link, make, post, say } from "./elements.js";

const path = `/chats/${document.body.dataset.chat}`;
const log = find("messages");
const rows = new Map();
let isAtEnd = true;
const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  blockquote: "blockquote",
  pre: "pre",
};
let version = 0;
let toastShown = null;
let menuKey = "";

/** Fetch what has changed; true when the bot wrote something new. */
export async function showChat(isFirst) {
  if (isFirst) version = 0;
  const chat = await (await fetch(`${path}?since=${version}`)).json();
  const wasAtEnd = isAtEnd;
  const arrived = chat.messages.find((message) => !message.is_mine && !rows.has(message.id));
  version = chat.version;
  for (const message of chat.messages) rows.set(message.id, buildRow(message));
  arrange(chat.ids);
  markWaiting(chat.waiting);
  showPhone(chat);
  showToast(chat.toast, isFirst);
  if (isFirst || wasAtEnd) scrollToEnd();
  if (!isFirst && wasAtEnd && arrived) showTop(rows.get(arrived.id));
  return Boolean(arrived);
}

function scrollToEnd() {
  log.scrollTop = log.scrollHeight;
}

/** What is longer than the window is read from its beginning. */
function showTop(row) {
  const before = row.previousElementSibling;
  const first = before?.className === "day" ? before : row;
  log.scrollTop = Math.min(log.scrollTop, first.offsetTop - 12);
}

function arrange(ids) {
  for (const id of rows.keys()) if (!ids.includes(id)) rows.delete(id);
  const children = [];
  let lastDay = "";
  for (const id of ids) {
    const row = rows.get(id);
    const day = formatTime(Number(row.dataset.at), "day");
    if (day !== lastDay) children.push(make("p", { className: "day" }, make("span", {}, day)));
    lastDay = day;
    children.push(row);
  }
  const top = log.scrollTop;
  log.replaceChildren(...(ids.length ? children : [buildWelcome()]));
  log.scrollTop = top;
}

function buildWelcome() {
  const begin = make("button", { type: "button", className: "main" }, say("begin"));
  begin.addEventListener("click", () => send("/start"));
  return make("div", { className: "welcome" }, make("p", {}, say("chat_empty")), begin);
}

function buildRow(message) {
  const notes = [
    message.is_silent ? make("span", {}, say("silent")) : null,
    message.is_edited ? make("span", {}, say("edited")) : null,
    make("time", {}, formatTime(message.sent_at_seconds, "time")),
  ];
  const foot = make("span", { className: "foot" }, ...notes);
  const bubble = make("div", { className: "bubble" }, ...message.nodes.map(buildNode), foot);
  trim(bubble);
  const keyboard = message.keyboard.length ? buildKeyboard(message) : null;
  const dataset = { at: message.sent_at_seconds, id: message.id };
  return make("div", { className: message.is_mine ? "row mine" : "row", dataset }, bubble, keyboard);
}

/** A quotation is a block: the line break after it is already there. */
function trim(bubble) {
  for (const quote of bubble.querySelectorAll("blockquote, .quote")) {
    const after = quote.nextSibling;
    if (after?.nodeType === Node.TEXT_NODE) after.data = after.data.replace(/^\n/, "");
  }
}

function buildNode(node) {
  if (typeof node === "string") return node;
  const children = node.children.map(buildNode);
  switch (node.kind) {
    case "text_link":
    case "url":
      return node.url ? link(node.url, ...children) : make("span", {}, ...children);
    case "bot_command":
      return buildAction("command", children, (text) => send(text));
    case "code":
      return buildAction("code", children, copy, say("copy"));
    case "spoiler":
      return buildAction("spoiler", children, (_, element) => element.classList.add("open"));
    case "expandable_blockquote":
      return buildQuote(children);
    default:
      return make(TAGS[node.kind] ?? "span", {}, ...children);
  }
}

function buildAction(className, children, act, title = "") {
  const element = make("span", { className, title, role: "button", tabIndex: 0 }, ...children);
  onPress(element, () => act(element.textContent, element));
  return element;
}

function buildQuote(children) {
  const inside = make("span", {}, ...children);
  const quote = make("div", { className: "quote", role: "button", tabIndex: 0, ariaExpanded: "false" }, inside);
  onPress(quote, (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    quote.ariaExpanded = String(quote.ariaExpanded !== "true");
  });
  return quote;
}

function onPress(element, act) {
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    act(event);
  });
}

function buildKeyboard(message) {
  const keyboard = make("div", { className: "keyboard" });
  for (const row of message.keyboard) {
    keyboard.append(make("div", {}, ...row.map((button) => buildButton(message.id, button))));
  }
  return keyboard;
}

function buildButton(id, { text, kind, value }) {
  if (kind === "url") return Object.assign(link(value, text), { className: "key" });
  const button = make("button", { type: "button", className: "key", disabled: kind === "none" }, text);
  if (kind === "copy") button.addEventListener("click", () => copy(value));
  if (kind === "callback") {
    button.dataset.data = value;
    button.addEventListener("click", () => report(post(`${path}/taps`, { message_id: id, data: value })));
  }
  return button;
}

function markWaiting(waiting) {
  for (const button of log.querySelectorAll("[data-data]")) {
    const id = Number(button.closest(".row").dataset.id);
    const isWaiting = waiting.some(([message, data]) => message === id && data === button.dataset.data);
    button.ariaBusy = String(isWaiting);
  }
}

function showPhone(chat) {
  find("phone-language").value = chat.language_code;
  find("block").hidden = chat.is_blocked;
  find("composer").hidden = chat.is_blocked;
  find("unblock").hidden = !chat.is_blocked;
  const key = JSON.stringify(chat.menu);
  if (key === menuKey) return;
  menuKey = key;
  find("menu").replaceChildren(...(chat.menu.length ? chat.menu.map(buildCommand) : [make("li", {}, say("menu_empty"))]));
}

function buildCommand({ command, description }) {
  const button = make("button", { type: "button" }, make("b", {}, `/${command}`), make("span", {}, description));
  button.addEventListener("click", () => {
    openMenu(false);
    send(`/${command}`);
  });
  return make("li", {}, button);
}

function openMenu(isOpen) {
  find("menu").hidden = !isOpen;
  find("menu-button").setAttribute("aria-expanded", isOpen);
}

function showToast(toast, isFirst) {
  const isOld = isFirst || !toast || toast.number === toastShown;
  toastShown = toast?.number ?? null;
  if (isOld) return;
  if (toast.is_alert) {
    find("alert-text").textContent = toast.text;
    find("alert").showModal();
  } else {
    flash(toast.text);
  }
}

let flashing = 0;

function flash(text) {
  clearTimeout(flashing);
  find("toast").textContent = text;
  find("toast").hidden = false;
  flashing = setTimeout(() => (find("toast").hidden = true), 4000);
}

async function report(asked) {
  const reason = await asked;
  if (reason) flash(say(reason));
  return !reason;
}

async function send(text) {
  const isSent = await report(post(`${path}/messages`, { text }));
  isAtEnd ||= isSent;
  return isSent;
}

function copy(text) {
  input.value = text;
  fit();
  input.focus();
  navigator.clipboard?.writeText(text).catch(() => null);
  flash(say("copied"));
}

const input = find("text");

function fit() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
}

async function submit() {
  const text = input.value.trim();
  if (!text) return;
  input.value = "";
  fit();
  if (!(await send(text)) && !input.value) input.value = text;
  fit();
}

log.addEventListener("scroll", () => (isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80));
// The keyboard of a phone takes half of the window.
new ResizeObserver(() => isAtEnd && scrollToEnd()).observe(log);

input.addEventListener("input", fit);
input.addEventListener("keydown", (event) => {
  // Enter ends a word of an input method first.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
find("menu-button").addEventListener("click", () => openMenu(find("menu").hidden));

const phone = document.querySelector(".phone");

document.addEventListener("click", (event) => {
  if (!phone.contains(event.target)) phone.open = false;
});
find("chat").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openMenu(false);
  phone.open = false;
});
find("phone-language").addEventListener("change", (event) =>
  report(post(`${path}/phone`, { language_code: event.target.value })),
);
for (const [id, isBlocked] of [["block", true], ["unblock", false]]) {
  find(id).addEventListener("click", () => {
    phone.open = false;
    report(post(`${path}/phone`, { is_blocked: isBlocked }));
  });
}
