"""How the pages do with a very large run: what is shown when, and how smoothly it moves. Prints JSON; nothing passes or fails by its time.

The environment names a run; CCO_SCALE_TASKS and CCO_SCALE_AGENTS say how large it has to be at least.
"""

import json
import os
import re
import time

from browser import Browser, Company, expect, sync_playwright

#: Notes when the first figures are there, and every task that keeps the page from answering for more than 50 ms.
WATCH = """
window.seen = {};
window.long = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.long.push(one.duration); }).observe({ type: 'longtask', buffered: true });
new MutationObserver(() => {
  const note = (name, is) => { if (!(name in window.seen) && is()) window.seen[name] = performance.now(); };
  note('figures', () => / of \\d+/.test(document.querySelector('#figures')?.textContent ?? ''));
  note('company', () => document.querySelector('ul.tree li'));
  note('all', () => document.querySelector('svg.states'));
}).observe(document, { childList: true, subtree: true });
"""

#: Does something in each of so many frames; how long each took.
FRAMES = """(count) => new Promise((done) => {
  const act = (n) => { BODY };
  const times = [];
  let last = performance.now();
  let n = 0;
  (function frame() {
    requestAnimationFrame(() => {
      const now = performance.now();
      if (n > 0) times.push(now - last);
      last = now;
      if (n++ === count) return done(times);
      act(n);
      frame();
    });
  })();
})"""


def frames(page, count: int, body: str) -> dict:
    page.evaluate("window.long = []")
    times = sorted(page.evaluate(FRAMES.replace("BODY", body), count))
    long = page.evaluate("window.long")
    return {"median": times[len(times) // 2], "p95": times[int(len(times) * 0.95)], "worst": times[-1], "longest": max(long, default=0)}


def opened(page, route: str, selector: str) -> dict:
    """How long a page takes until it shows what it is for, and the longest piece of work on the way."""
    page.evaluate("window.long = []")
    took = page.evaluate(
        """async ([route, selector]) => {
          const start = performance.now();
          location.hash = route;
          while (!document.querySelector(selector)) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }""", [route, selector])
    page.wait_for_timeout(200)
    return {"shown": took, "longest": page.evaluate("Math.max(0, ...window.long)")}


def first(browser: Browser, link: str) -> dict:
    page = browser.page(size="wide")
    page.add_init_script(WATCH)
    page.goto(link)
    page.wait_for_selector("svg.states", state="attached")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    result = {"shell": paint, **page.evaluate("window.seen"), "longest": page.evaluate("Math.max(0, ...window.long)")}
    page.context.close()
    return result


def main():
    company = Company()
    agents = int(os.environ["CCO_SCALE_AGENTS"])
    tasks = len(company.json("status", "--json")["tasks"])
    assert tasks >= int(os.environ["CCO_SCALE_TASKS"]), tasks
    result = {}
    try:
        began = time.monotonic()
        server, link = company.serve()
        result["link"] = (time.monotonic() - began) * 1_000
        with sync_playwright() as playwright:
            browser = Browser(playwright)
            result["cold"] = first(browser, link)
            result["first"] = sorted((first(browser, link) for _ in range(int(os.environ.get("CCO_SCALE_LOADS", "5")))), key=lambda one: one["figures"])
            page = browser.page(size="wide")
            page.add_init_script(WATCH)
            page.goto(link)
            page.wait_for_selector("svg.states", state="attached")
            assert f" of {tasks}" in page.inner_text("#figures"), page.inner_text("#figures")
            result["tasks"] = opened(page, "#/tasks", "table.rows tbody tr[aria-rowindex]")
            assert f"{tasks} of {tasks} tasks" in page.inner_text("#page"), page.inner_text("#page")[:200]
            result["tasks"]["scroll"] = frames(page, 90, "document.querySelector('.window').scrollTop += 400")
            assert page.locator("table.rows tbody tr").count() < 120, "the list is in the page as a whole"
            result["tasks"]["search"] = frames(page, 12, "const field = document.querySelector('#page input[type=search]'); field.value = 'part ' + n; field.dispatchEvent(new Event('input'))")
            result["agents"] = opened(page, "#/agents", "table.rows tbody tr[aria-rowindex]")
            assert int(page.inner_text("#page [role=status]").split()[2]) >= agents
            result["agents"]["scroll"] = frames(page, 90, "document.querySelector('.window').scrollTop += 200")
            result["graph"] = opened(page, "#/graph", ".graph svg")
            result["graph"]["scroll"] = frames(page, 60, "document.querySelector('.graph').scrollTop += 60")
            result["timeline"] = opened(page, "#/timeline", ".timeline canvas")
            told = page.locator(".selected")
            expect(told).to_contain_text(re.compile(r"[1-9]\d* turns, gates and merges"))
            before = ""
            while (now := told.inner_text()) != before:
                before = now
                page.wait_for_timeout(1_000)
            result["timeline"]["spans"] = int(page.inner_text(".selected").split()[0])
            result["timeline"]["loading"] = page.evaluate("Math.max(0, ...window.long)")
            result["timeline"]["scroll"] = frames(page, 90, "document.querySelector('.timeline').scrollTop += 60")
            result["timeline"]["zoom"] = frames(page, 60, "const canvas = document.querySelector('.timeline canvas'); const box = canvas.getBoundingClientRect(); canvas.dispatchEvent(new WheelEvent('wheel', { ctrlKey: true, deltaY: n < 30 ? -60 : 60, clientX: box.left + box.width / 2, clientY: box.top + 90, bubbles: true, cancelable: true }))")
            result["overview"] = opened(page, "#/", "ul.tree li")
            heap = page.evaluate("performance.memory?.usedJSHeapSize ?? 0")
            report = page.evaluate("(async () => { const start = performance.now(); const text = await (await fetch('/report')).text(); return { bytes: text.length, took: performance.now() - start }; })()")
            result["memory"] = {"page": heap, "server": resident(server.pid)}
            result["report"] = report
            browser.expect_quiet("the pages of a large run")
            browser.browser.close()
    finally:
        company.end()
    print(json.dumps(result, indent=1))


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


main()
