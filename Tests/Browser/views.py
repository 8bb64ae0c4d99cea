"""What open views cost: processor time while everybody waits, and memory while a long run goes by. Prints JSON; nothing passes or fails by it.

`views.py idle SECONDS`: the environment's configuration is of a run in which one agent works for very long and the others wait.
`views.py soak`: it is of a run with many short turns.
"""

import json
import os
import subprocess
import sys
import time

from browser import Browser, Company, expect, go, sync_playwright

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    text = open(f"/proc/{pid}/stat").read()
    fields = text[text.rindex(")") + 2:].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def private_megabytes(pid: int) -> float:
    """Memory of a process that nobody shares with it."""
    kilobytes = 0
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Private_"):
            kilobytes += int(line.split()[1])
    return round(kilobytes / 1024, 1)


class Terminal:
    """`cco watch` in a terminal that tmux emulates."""

    def __init__(self, company: Company):
        self.socket = str(company.scratch / "tmux")
        command = f"exec '{company.cco}' watch --config '{company.config}'"
        subprocess.run(
            ["tmux", "-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-s", "view", "-x", "160", "-y", "50", command], check=True,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        self.pid = int(subprocess.run(
            ["tmux", "-S", self.socket, "list-panes", "-t", "view", "-F", "#{pane_pid}"], check=True, capture_output=True, text=True).stdout)

    def screen(self) -> str:
        return subprocess.run(["tmux", "-S", self.socket, "capture-pane", "-p", "-t", "view"], check=True, capture_output=True, text=True).stdout

    def end(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False)


def started(company: Company):
    """The engine, once every task is planned and the first one is at work."""
    engine = company.begin("start")
    for _ in range(600):
        done = subprocess.run([company.cco, "status", "--json", "--config", company.config], capture_output=True, text=True)
        if done.returncode == 0 and '"in progress"' in done.stdout:
            return engine
        assert engine.poll() is None, "the run has ended"
        time.sleep(0.2)
    raise AssertionError("no task has begun")


def idle(company: Company, browser: Browser, seconds: float) -> dict:
    engine = started(company)
    server, link = company.serve()
    page = browser.page()
    page.goto(link)
    page.wait_for_selector("ul.tree li")
    other = browser.page()
    other.goto(link)
    go(other, "#/timeline")
    terminal = Terminal(company)
    try:
        while "worker-1" not in terminal.screen():
            time.sleep(0.2)
        time.sleep(5)
        processes = {"engine": engine.pid, "web": server.pid, "watch": terminal.pid}
        before = {name: processor_seconds(pid) for name, pid in processes.items()}
        time.sleep(seconds)
        shares = {name: (processor_seconds(pid) - before[name]) / seconds * 100 for name, pid in processes.items()}
        assert "worker-1" in terminal.screen() and engine.poll() is None
        browser.expect_quiet("views of a run that waits")
    finally:
        terminal.end()
        subprocess.run([company.cco, "pause", "--config", company.config], capture_output=True)
        engine.wait(timeout=60)
    return {"seconds": seconds, "percent": shares}


def soak(company: Company, browser: Browser) -> dict:
    engine = started(company)
    server, link = company.serve()
    page = browser.page()
    page.goto(link)
    page.wait_for_selector("ul.tree li")
    terminal = Terminal(company)
    samples = []
    try:
        # Every page has been open, so that what they keep is there from the beginning.
        for route in ("#/tasks", "#/graph", "#/log", "#/timeline"):
            go(page, route)
            page.wait_for_timeout(500)
        processes = {"engine": engine.pid, "web": server.pid, "watch": terminal.pid}
        while engine.poll() is None:
            status = subprocess.run([company.cco, "status", "--json", "--config", company.config], capture_output=True, text=True)
            if status.returncode == 0 and engine.poll() is None:
                known = json.loads(status.stdout)
                if known["phase"] == "ended":
                    break
                try:
                    memory = {name: private_megabytes(pid) for name, pid in processes.items()}
                except OSError:
                    break
                heap = page.evaluate("performance.memory.usedJSHeapSize") / 1024 / 1024
                samples.append({"landed": known["merges"]["published"], "turns": known["spending"]["turns"], **memory, "page": round(heap, 1)})
            page.wait_for_timeout(3_000)
        assert engine.wait(timeout=120) == 0
        expect(page.locator("#state")).to_contain_text("ended: complete")
        known = company.json("status", "--json")
        expect(page.locator("#figures")).to_contain_text(f"{len(known['tasks'])} of {len(known['tasks'])}")
        browser.expect_quiet("views of a long run")
    finally:
        terminal.end()
    return {"turns": known["spending"]["turns"], "samples": samples[:: max(1, len(samples) // 12)] + samples[-1:]}


def main():
    company = Company()
    try:
        with sync_playwright() as playwright:
            browser = Browser(playwright)
            result = idle(company, browser, float(sys.argv[2])) if sys.argv[1] == "idle" else soak(company, browser)
            browser.browser.close()
    finally:
        company.end()
    print(json.dumps(result, indent=1))


main()
