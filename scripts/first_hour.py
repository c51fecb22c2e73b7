#!/usr/bin/env python3
"""A first hour in the sandbox, typed at its page and written down.

    .venv/bin/python scripts/first_hour.py > docs/first-hour.md

It talks to `paperpost up` as the page's own script does, so what it shows is what a person would have seen.
"""

import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PORT = 8327
CHAT = "/chats/8001"
ADDRESS = "lin@example.org"
MAX_CHARS, MAX_LINES = 110, 14


class Page:
    """The sandbox's page, as its person uses it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._shown: dict[int, str] = {}

    def type(self, text: str) -> None:
        print(f"\n**我** {text}\n")
        self._post(f"{CHAT}/messages", {"text": text})
        self.show_answer()

    def tap(self, label: str) -> None:
        """The newest button with that label."""
        found = [(m["id"], b) for m in self._messages() for row in m["keyboard"] for b in row if b["text"] == label]
        message_id, button = found[-1]
        print(f"\n**我** 点「{label}」\n")
        self._post(f"{CHAT}/taps", {"message_id": message_id, "data": button["value"]})
        self.show_answer()

    def press(self, label: str, path: str) -> None:
        print(f"\n*控制台：点「{label}」*\n")
        self._post(path, None)

    def show_answer(self) -> None:
        """What the bot said or changed since the last time."""
        wait_for(self._news, "an answer")
        settle(lambda: len(self._news()))
        for message in self._news():
            self._shown[message["id"]] = repr(message)
            print(quote(plain(message["nodes"])))
            if message["keyboard"]:
                print(quote(" ".join(f"[{b['text']}]" for row in message["keyboard"] for b in row)))

    def has_news(self) -> bool:
        return bool(self._news())

    def mails(self) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self._client.get("/mails").json()
        return mails

    def read_mail(self) -> str:
        """The newest mail."""
        mail = self.mails()[-1]
        text = self._client.get(f"/mails/{mail['number']}/text").text
        print(f"\n*邮箱：{mail['subject']}*\n")
        print(quote(text))
        return text

    def _news(self) -> list[dict[str, Any]]:
        return [m for m in self._messages() if not m["is_mine"] and self._shown.get(m["id"]) != repr(m)]

    def _messages(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self._client.get(CHAT).json()["messages"]
        return messages

    def _post(self, path: str, body: dict[str, Any] | None) -> None:
        self._client.post(path, json=body).raise_for_status()


def plain(nodes: list[Any]) -> str:
    return "".join(node if isinstance(node, str) else plain(node["children"]) for node in nodes)


def quote(text: str) -> str:
    lines = [line if len(line) <= MAX_CHARS else line[:MAX_CHARS] + "…" for line in text.strip().splitlines()]
    if len(lines) > MAX_LINES:
        lines[MAX_LINES - 4 : -3] = [f"……（略去 {len(lines) - MAX_LINES + 1} 行）"]
    return "\n".join(f"> {line}  ".rstrip() if not line else f"> {line}  " for line in lines)


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 90) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        pause.wait(0.1)
    sys.exit(f"never happened: {what}")


def settle(count: Callable[[], int], seconds: float = 1.5) -> None:
    """Until nothing has come for a moment."""
    pause, last, quiet = threading.Event(), count(), 0.0
    while quiet < seconds:
        pause.wait(0.1)
        now = count()
        quiet = quiet + 0.1 if now == last else 0.0
        last = now


@contextmanager
def run_service(folder: Path) -> Iterator[Page]:
    command = [str(Path(sys.executable).with_name("paperpost")), "up", "--port", str(PORT)]
    environment = {"PAPERPOST_WEB_PORT": str(PORT + 1)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        print("```\n$ make run")
        for line in process.stdout or ():
            print(re.sub(rf"{re.escape(str(folder))}/|\S*bin/(?=paperpost)", "", line).rstrip())
            if "Ctrl-C" in line:
                break
        print("```")
        origin = f"http://127.0.0.1:{PORT}"
        with httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=30) as client:
            yield Page(client)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
        print(f"\n```\n^C\n{said.strip()}\n```")


def show_status(folder: Path) -> None:
    command = [str(Path(sys.executable).with_name("paperpost")), "status"]
    done = subprocess.run(
        command, cwd=folder, env={"PAPERPOST_HOME": "var/sandbox"}, capture_output=True, text=True, check=True
    )
    print(f"\n```\n$ PAPERPOST_HOME=var/sandbox paperpost status\n{done.stdout.rstrip()}\n```")


def main() -> None:
    print("# 第一个小时\n\n`scripts/first_hour.py` 在沙盒里输入，照录所见；过长的行截断。所有论文都是虚构的。\n")
    with tempfile.TemporaryDirectory() as name, run_service(Path(name)) as page:
        print("\n## 加入")
        page.type("/start")
        page.type("/add diffusion policy")
        page.type('/add RAG OR "retrieval-augmented generation"')
        page.type(f"/email {ADDRESS}")
        wait_for(page.mails, "the mail with the code")
        code = re.search(r"\b\d{6}\b", page.read_mail())
        page.type(code[0] if code else "")
        print("\n## 第一批")
        page.press("发布下一批", "/announcements")
        page.show_answer()
        wait_for(lambda: len(page.mails()) == 2, "the digest by mail")
        page.read_mail()
        print("\n## 词选得对不对")
        page.type("/add difusion")
        page.type("/add 强化学习")
        page.type("/list")
        page.type("/suggest 我做机器人抓取里的扩散模型")
        page.type("/remove difusion")
        print("\n## 换一个时间")
        page.type("/time 8:30")
        page.type("/time 12:00")
        page.type("/settings")
        page.press("发布下一批", "/announcements")
        settle(lambda: int(page.has_news()), seconds=8)
        print(f"*八秒之后：{'来了' if page.has_news() else '还没有到 12:00，什么也没有来'}。*")
        page.press("到下一次投递", "/clock/next-digest")
        page.show_answer()
        show_status(Path(name))
        print("\n## 离开")
        page.type("/forget")
        page.tap("全部删除")
        mails = len(page.mails())
        page.press("发布下一批", "/announcements")
        settle(lambda: int(page.has_news()), seconds=8)
        news, new_mails = "有" if page.has_news() else "没有", len(page.mails()) - mails
        print(f"*八秒之后：聊天里{news}新消息，邮箱里新邮件 {new_mails} 封。*")


if __name__ == "__main__":
    main()
