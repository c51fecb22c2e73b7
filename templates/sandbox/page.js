// The page's parts, its tabs, and the stream that tells what is new.

import { find } from "./elements.js";
import { showChat } from "./chat.js";
import { showConsole } from "./console.js";
import { showMails } from "./mail.js";

const tabs = ["chat", "mail", "console"];
const wide = matchMedia("(min-width: 1000px)");

function choose(name) {
  document.body.dataset.tab = name;
  for (const tab of tabs) {
    find(`tab-${tab}`).setAttribute("aria-selected", tab === name);
    find(`tab-${tab}`).tabIndex = tab === name ? 0 : -1;
  }
  delete find(`tab-${name}`).dataset.news;
}

function mark(name) {
  if (!wide.matches && document.body.dataset.tab !== name) find(`tab-${name}`).dataset.news = "";
}

for (const [at, name] of tabs.entries()) {
  find(`tab-${name}`).addEventListener("click", () => choose(name));
  find(`tab-${name}`).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    choose(next);
    find(`tab-${next}`).focus();
  });
}
choose(tabs.includes(location.hash.slice(1)) ? location.hash.slice(1) : "chat");

let known = null;

async function show(news) {
  const before = known;
  known = news;
  showConsole(news.console);
  if (before?.chats !== news.chats) {
    const isNew = await showChat(before === null);
    if (before && isNew) mark("chat");
  }
  if (before?.mails !== news.mails) {
    await showMails(before !== null);
    if (before) mark("mail");
  }
}

const events = new EventSource("/events");
let showing = Promise.resolve();
events.addEventListener("open", () => {
  find("lost").hidden = true;
  // The sandbox may have started again: its numbers begin anew.
  known = null;
});
events.addEventListener("error", () => (find("lost").hidden = false));
// One after the other: an answer that comes late must not undo a newer one.
events.addEventListener("message", (event) => {
  showing = showing.then(() => show(JSON.parse(event.data))).catch(() => (known = null));
});
