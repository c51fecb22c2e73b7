// The mailbox: the newest mail first, and the one that is open.

import { find, formatTime, make, say } from "./elements.js";

const unread = new Set();
let mails = [];
let open = null;

export async function showMails(isNews) {
  const known = new Set(mails.map((mail) => mail.number));
  mails = (await (await fetch("/mails")).json()).reverse();
  if (isNews) for (const mail of mails) if (!known.has(mail.number)) unread.add(mail.number);
  find("mail-empty").hidden = mails.length > 0;
  find("mail-count").textContent = mails.length || "";
  list();
}

function list() {
  find("mails").replaceChildren(...mails.map(buildItem));
}

function buildItem(mail) {
  const recipient = make("small", {}, say("mail_to", { recipient: mail.recipient }));
  const head = make("span", { className: "mail-line" }, make("b", {}, readName(mail.sender)), recipient, make("time", {}, when(mail)));
  const button = make("button", { type: "button" }, head, make("span", { className: "subject" }, mail.subject));
  if (unread.has(mail.number)) button.dataset.news = "";
  if (open?.number === mail.number) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => show(mail));
  return make("li", {}, button);
}

/** `"Ann" <ann@example.org>` → Ann */
function readName(address) {
  const name = address.split("<")[0].replaceAll('"', "").trim();
  return name || address;
}

function when(mail) {
  return mail.sent_at_seconds === null ? "" : formatTime(mail.sent_at_seconds, "short");
}

function show(mail) {
  open = mail;
  unread.delete(mail.number);
  list();
  find("mail").dataset.open = "";
  find("mail-open").hidden = false;
  find("mail-subject").textContent = mail.subject;
  find("mail-meta").textContent = say("mail_meta", { sender: mail.sender, recipient: mail.recipient, when: when(mail) });
  find("mail-raw").href = `/mails/${mail.number}.eml`;
  find("mail-as-html").disabled = !mail.has_html;
  showAs(mail.has_html ? "html" : "text");
  find("mail-subject").focus();
}

async function showAs(form) {
  const asked = open;
  find("mail-as-html").setAttribute("aria-pressed", form === "html");
  find("mail-as-text").setAttribute("aria-pressed", form === "text");
  find("mail-html").hidden = form !== "html";
  find("mail-plain").hidden = form !== "text";
  if (form === "html") {
    find("mail-html").src = `/mails/${open.number}/html`;
    return;
  }
  const text = await (await fetch(`/mails/${open.number}/text`)).text();
  if (open === asked) find("mail-plain").textContent = text;
}

find("mail-as-html").addEventListener("click", () => showAs("html"));
find("mail-as-text").addEventListener("click", () => showAs("text"));
find("mail-back").addEventListener("click", () => {
  open = null;
  delete find("mail").dataset.open;
  find("mail-open").hidden = true;
  list();
});
