"""Headless Chromium on the pages that `cco web` serves: what the browser tests have in common."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from playwright.sync_api import Page, expect, sync_playwright

BEGAN = time.monotonic()
#: Milliseconds after which what is waited for will not come.
PATIENCE = 60_000

PAGES = {
    "overview": "#/", "timeline": "#/timeline", "tasks": "#/tasks", "graph": "#/graph", "agents": "#/agents", "queue": "#/queue", "cost": "#/cost",
    "log": "#/log",
}
#: Where the browsers are: in no whole hour of UTC, in which the run's texts are.
ZONE = "Asia/Kolkata"
#: What is on a page once all of it has come.
READY = {
    "overview": "ul.tree li", "timeline": ".selected p", "tasks": "table.rows tbody tr[aria-rowindex]", "graph": ".graph svg",
    "agents": "table.agents tbody tr[aria-rowindex]", "queue": "section.card", "cost": "h2:text-is('By purpose')", "log": ".lines > *",
    "task": "dl.facts", "agent": ".transcript .entry", "around": ".graph svg",
}
SIZES = {"wide": (1440, 900), "tablet": (820, 1100), "phone": (390, 800)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Company:
    """A `cco` with its configuration, as the environment names them."""

    def __init__(self):
        self.cco = os.environ["CCO_TEST_CCO"]
        self.config = os.environ["CCO_TEST_CONFIG"]
        self.scratch = pathlib.Path(os.environ["CCO_TEST_SCRATCH"])
        self.port = free_port()
        self.started = []

    def run(self, *words: str, check: bool = True) -> str:
        done = subprocess.run([self.cco, *words, "--config", self.config], capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise AssertionError(f"cco {' '.join(words)} left with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *words: str):
        return json.loads(self.run(*words))

    def log(self) -> str:
        """The newest run's log."""
        return str(sorted(pathlib.Path(self.config).glob("2*/combined.log"))[-1])

    def begin(self, *words: str) -> subprocess.Popen:
        log = open(self.scratch / f"{words[0]}-{len(self.started)}.log", "wb")
        process = subprocess.Popen(
            [self.cco, *words, "--config", self.config], stdout=subprocess.PIPE if words[0] == "web" else log, stderr=log, text=words[0] == "web")
        self.started.append(process)
        return process

    def serve(self, *words: str) -> tuple[subprocess.Popen, str]:
        """Starts the pages, always on the same port and with the same token; while an engine is starting, they have to wait."""
        for _ in range(150):
            process = self.begin("web", "--port", str(self.port), "--token-file", str(self.scratch / "token"), *words)
            for line in process.stdout:
                if "http://" in line:
                    return process, line[line.index("http://"):].strip()
            if process.wait() not in (64, 75):
                break
            time.sleep(0.2)
        raise AssertionError(f"cco web ended with {process.returncode} and printed no link")

    def end(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            process.wait(timeout=60)


class Browser:
    """A browser that notes everything that a page must not do."""

    def __init__(self, playwright):
        self.playwright = playwright
        self.arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.browser = playwright.chromium.launch(executable_path=os.environ["CCO_TEST_CHROMIUM"], args=self.arguments)
        self.browser.on("disconnected", lambda _: self.problems.append("the browser has ended"))
        self.problems = []
        #: Whether a lost connection, or a refusal, is expected just now.
        self.may_lose_connection = self.may_be_refused = False

    def page(self, theme: str = "light", size: str = "wide") -> Page:
        width, height = SIZES[size]
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, timezone_id=ZONE)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        context.add_init_script("addEventListener('securitypolicyviolation', (event) => console.error('violates the policy: ' + event.violatedDirective + ' ' + event.blockedURI))")
        page = context.new_page()
        page.on("console", lambda message: self.note(message.type, f"{message.text} ({message.location['url']})"))
        page.on("response", lambda answer: self.refused(answer))
        page.on("pageerror", lambda error: self.note("error", str(error)))
        page.on("dialog", lambda dialog: (self.note("error", "a dialog: " + dialog.message), dialog.dismiss()))
        return page

    def slow_page(self, link: str) -> "Slow":
        """A page to which bytes come so slowly that it never keeps up."""
        page = self.page("light", "phone")
        page.goto(link)
        page.wait_for_selector("#figures div")
        # With its module it shows the list later, whatever has become of the server by then.
        go(page, "#/tasks")
        page.wait_for_selector("#page .tools")
        go(page, "#/")
        return Slow(page)

    def dead(self, link: str) -> "Stopped":
        """A browser that has opened the pages and does nothing any more, but keeps its connections."""
        before = browsers()
        other = self.playwright.chromium.launch(executable_path=os.environ["CCO_TEST_CHROMIUM"], args=self.arguments)
        page = other.new_page()
        page.goto(link)
        page.wait_for_selector("#figures div")
        return Stopped(descendants(browsers() - before))

    def refused(self, answer):
        if answer.status >= 500:
            self.problems.append(f"{answer.url}: {answer.text()}")

    def note(self, kind: str, text: str):
        if kind not in ("error", "warning"):
            return
        if self.may_lose_connection and "net::ERR_" in text or self.may_be_refused and "409 (Conflict)" in text:
            return
        self.problems.append(text)

    def expect_quiet(self, where: str):
        if self.problems:
            raise AssertionError(f"{where}: the browser complains: {self.problems}")


class Slow:
    """A page that gets hardly any bytes, until it is let go on."""

    def __init__(self, page: Page):
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.limit(latency=500, throughput=300)

    def limit(self, latency: int, throughput: int):
        """Milliseconds, and bytes a second; -1 is without limit."""
        self.session.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency, "downloadThroughput": throughput, "uploadThroughput": throughput})

    def release(self):
        self.limit(latency=0, throughput=-1)


class Stopped:
    """Processes that stand still until the end."""

    def __init__(self, processes: set[int]):
        assert processes, "there is no browser to stop"
        self.processes = processes
        for process in processes:
            os.kill(process, signal.SIGSTOP)

    def unread(self, port: int) -> int:
        """Bytes that have come for them from a server on this machine, and that they do not take."""
        own = {link for process in self.processes for link in sockets(process)}
        return sum(received for remote, received, inode in connections() if remote == port and inode in own)

    def end(self):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def sockets(process: int) -> set[str]:
    """Inodes of the sockets that a process has open."""
    found = set()
    with contextlib.suppress(OSError):
        for path in pathlib.Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(path).removeprefix("socket:[").removesuffix("]"))
    return found


def connections() -> list[tuple[int, int, str]]:
    """Of every connection on this machine the port at its other end, the bytes that wait to be read, and its inode."""
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [(int(row[2].split(":")[1], 16), int(row[4].split(":")[1], 16), row[9]) for row in rows]


def parents() -> dict[int, int]:
    """Every process with the one that it belongs to."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = path.read_text()
            found[int(path.parent.name)] = int(text[text.rindex(")") + 2:].split()[1])
    return found


def descendants(roots: set[int]) -> set[int]:
    """Processes and all below them."""
    known, found = parents(), set(roots)
    while more := {process for process, parent in known.items() if parent in found} - found:
        found |= more
    return found


def browsers() -> set[int]:
    """The first process of every Chromium of this one."""
    def is_browser(process: int) -> bool:
        with contextlib.suppress(OSError):
            command = pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
            return b"--remote-debugging-pipe" in command and b"--type=" not in command
        return False
    return {process for process in descendants({os.getpid()}) if is_browser(process)}


def go(page: Page, route: str):
    page.evaluate("route => { location.hash = route; }", route)
    page.wait_for_selector("#page > *", state="attached")


def ready(page: Page, name: str):
    """Goes on once the page of this name has its content, as it stands on the screen."""
    page.wait_for_selector(READY[name], state="attached")
    drawn(page)


def drawn(page: Page):
    """Goes on once everything is drawn that was to be."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def accessibility(page: Page, where: str, only_colours: bool = False):
    """What axe finds wrong; the canvas and what lies over it is not judged by colours."""
    from axe_playwright_python.base import AXE_SCRIPT

    # It stays in the page until that is loaded anew.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]}
    if only_colours:
        options["runOnly"] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    if found:
        told = [f"{one['id']} ({one['impact']}): {one['help']}: " + "; ".join(node["html"][:200] + " " + node["failureSummary"][:200] for node in one["nodes"][:3]) for one in found]
        raise AssertionError(f"{where}: " + "\n".join(told))


def fits(page: Page, where: str):
    """Nothing sticks out to the right: a phone does not scroll sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        raise AssertionError(f"{where}: the page is {over} pixels too wide")


def picture(page: Page, name: str):
    folder = os.environ.get("CCO_TEST_SCREENSHOTS")
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


def step(words: str):
    """Says what comes, and when, in seconds from the beginning."""
    print(f"{time.monotonic() - BEGAN:6.1f} {words}", flush=True)


def main(body):
    company = Company()
    try:
        with sync_playwright() as playwright:
            browser = Browser(playwright)
            body(company, browser)
            browser.browser.close()
    finally:
        company.end()
    step("all is as it should be")


__all__ = ["Company", "Browser", "PAGES", "SIZES", "PATIENCE", "ZONE", "accessibility", "drawn", "expect", "fits", "go", "main", "picture", "ready", "step", "sys"]
