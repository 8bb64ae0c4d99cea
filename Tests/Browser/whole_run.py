"""A whole run in the browser: seen, understood, paused, resumed, steered, and looked at again from its journal.

The run's first worker prints a hostile file again and again until somebody tells it something; its third task waits for that one. What the pages
show is held against what the other commands print and what the journal's file has (`shown.py`).
"""

import json
import pathlib
import re
import shutil
import signal
import time

from playwright.sync_api import TimeoutError as Overdue

import shown
from browser import PAGES, SIZES, accessibility, drawn, expect, fits, go, main, picture, ready, step

#: Themes, and the widths in which a page is seen in each, the one in which it is opened first.
FORMS = {"light": list(SIZES), "dark": list(reversed(SIZES))}


def rows(page):
    """The rows of the list of tasks, as they are on the screen."""
    go(page, "#/tasks")
    page.wait_for_selector("table.rows tbody tr[aria-rowindex]")
    return page.evaluate("[...document.querySelectorAll('table.rows tbody tr[aria-rowindex]')].map((row) => [...row.cells].map((cell) => cell.textContent))")


def expected(status):
    now = shown.present()
    return [[one["id"], one["state"], one.get("worker", ""), one["title"], shown.told(one.get("why", ""), now)] for one in status["tasks"]]


def same_as_journal(company, page, words):
    """The page may be a moment behind what the engine has just said; it has to come to the same."""
    for _ in range(20):
        status = company.json("status", "--json")
        wanted = expected(status)
        seen = rows(page)
        if seen == wanted:
            break
        page.wait_for_timeout(250)
    else:
        raise AssertionError(f"{words}: the page shows {seen}, the journal says {wanted}")
    figures = page.text_content("#figures")
    landed = sum(one["state"] == "landed" for one in status["tasks"])
    assert f"{landed} of {len(status['tasks'])}" in figures, (words, figures)
    assert status["baseHead"][:10] in figures, (words, figures)
    return status


def comes_to(page, words, read, likeness, difference):
    """The page may be a moment behind; it has to come to the same."""
    for _ in range(40):
        wanted = likeness()
        seen = read(page)
        differs = difference(seen, wanted)
        if not differs:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{words}: {differs}")


def unlike(is_like=None):
    def difference(seen, wanted):
        return None if (is_like(seen, wanted) if is_like else seen == wanted) else f"the page shows {seen}, and it is {wanted}"
    return difference


def everything_else(company, page, words, status=None):
    """The other views, each of which has to come to what the status says, or to the one that is given: of a run that stands still."""
    for name, read, likeness, difference in (
        ("tree", shown.tree, shown.tree_of, unlike()), ("agents", shown.agents, shown.agents_of, unlike(shown.like_agents)),
        ("merge queue", shown.queue, shown.queue_of, unlike()), ("graph", shown.graph, shown.graph_of, unlike()),
    ):
        comes_to(page, f"{words}, {name}", read, lambda: likeness(status or company.json("status", "--json"), shown.present()), difference)


def at_rest(company, page, words, status, *run, is_late=False):
    """What nobody changes any more: also costs, log and timeline. A server that came late has the end of the log only."""
    everything_else(company, page, words, status)
    report = company.json("report", "--cost", "--json", *run)
    comes_to(page, f"{words}, cost", shown.cost, lambda: shown.cost_of(report, status), unlike())
    assert shown.money(report["total"]["costUsd"]) in page.text_content("#figures")
    log = company.run("logs", *run)
    least = shown.lines_of(shown.end_of(log)) if is_late else None
    comes_to(page, f"{words}, log", shown.lines, lambda: shown.lines_of(log), lambda seen, wanted: shown.like_lines(seen, wanted, shown.present(), least))
    file = journal(company, status)
    comes_to(page, f"{words}, timeline", shown.spans, lambda: shown.spans_of(file, shown.present()), shown.like_spans)
    # Nothing is left selected.
    go(page, "#/")


def journal(company, status):
    return str(pathlib.Path(company.config) / "workspace" / "runs" / status["run"] / "journal.sqlite")


def harmless(page, box):
    """Others' words are text, act on nothing, and fill no page."""
    assert page.evaluate("window.hacked") is None and box.locator("img, script, b").count() == 0
    text = box.inner_text()
    assert "\x1b" not in text and "\x07" not in text and "\x9b" not in text, "control sequences reach the page"
    assert all(len(line) < 10_000 for line in text.split("\n")), "a line is as long as it was"


def batch_as_a_chain(page):
    """What is being searched is drawn from the structured batch of a queue, whatever the run's own queue is at."""
    seen = page.evaluate("""async () => {
        const { store } = await import("/store.js");
        const { queue } = await import("/pages.js");
        const candidate = (id, verdict) => ({ id: `candidate-${id}`, kind: "task", task: `task-${id}`, what: `task-${id}: <b>Do ${id}</b>`, state: "merged",
          why: "", head: "0".repeat(40), since: { iso: "x", ms: 1 }, place: id, verdict });
        const known = store.status.queues;
        store.status.queues = [{ target: "main", candidates: [candidate(1, "green"), candidate(2, "suspect"), candidate(3, "suspect"), candidate(4, "behind")],
          batch: { candidates: [1, 2, 3, 4].map((id) => `candidate-${id}`), green: 1, red: 3, search: "searching", words: "one of 2 <i>breaks</i> the gate",
            gates: [{ through: 2, candidate: "candidate-2", run: "effect-9", isRerun: false }] } }];
        try {
          const box = document.createElement("div");
          box.append(...[queue(false)].flat(Infinity).filter(Boolean));
          const links = [...box.querySelectorAll(".chain li")];
          return { heads: [...box.querySelectorAll("h3")].map((one) => one.textContent), kinds: links.map((one) => one.className), texts: links.map((one) => one.textContent),
            words: box.querySelector(".batch p").textContent, markup: box.querySelectorAll("b, i").length };
        } finally { store.status.queues = known; }
    }""")
    assert seen["heads"] == ["into main"] and seen["kinds"] == ["good", "warn", "warn", "weak"] and seen["markup"] == 0, seen
    assert "1–2" in seen["texts"][1] and all("gate on" not in seen["texts"][index] for index in (0, 2, 3)), seen
    assert "task-3" in seen["texts"][2] and "may break the gate" in seen["texts"][2] and "<i>breaks</i>" in seen["words"], seen


def in_every_width(page, name, theme, sizes):
    """What is open fits, and axe has nothing against it. A theme changes colours and nothing else, so everything else is judged in one of them."""
    for size in sizes:
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[size])))
        drawn(page)
        fits(page, f"{name} {theme} {size}")
        accessibility(page, f"{name} {theme} {size}", only_colours=theme == "dark")
        picture(page, f"{name}-{theme}-{size}")


def whole(company, browser):
    start = company.begin("start")
    page = browser.page()
    server, link = company.serve()
    page.goto(link)
    assert "token" not in page.url, "the token stays in the address"

    step("two slow browsers and a dead one look on all the time")
    slow = [browser.slow_page(link) for _ in range(2)]
    dead = browser.dead(link)

    # The third question is left to its default, which is taken after a minute: they come first.
    step("questions: an option, however often it is clicked, and an answer in words")
    asked = page.locator(".asked", has_text="Which size?")
    expect(asked.get_by_role("button")).to_have_text(["2", "1", "Answer"], timeout=120_000)
    asked.get_by_role("button", name="2", exact=True).dblclick()
    expect(asked).to_have_count(0)
    words = page.locator(".asked", has_text="Which words?")
    words.locator("textarea").fill("Short <b>ones</b>")
    words.get_by_role("button", name="Answer").click()
    expect(words).to_have_count(0)
    # What has come of it is told to everybody, and what is still asked in the title.
    expect(page.locator("#asked .settled")).to_have_text(re.compile(r"^question-\d is answered\.$"))
    expect(page).to_have_title(re.compile(r"^1 question · "))
    said = {one["text"]: (one["state"], one.get("answer")) for one in company.json("questions", "--json")}
    assert said["Which size?"] == ("answered", "2") and said["Which words?"] == ("answered", "Short <b>ones</b>"), said
    assert said["Which colour?"][0] == "open", said
    asking = next(one for one in company.json("questions", "--json") if one["text"] == "Which colour?")
    deadline = shown.local(shown.instant(asking["deadline"]["iso"]), shown.present())
    expect(page.locator(".asked", has_text="Which colour?")).to_contain_text(f"At {deadline} this is taken for the answer: red")
    for theme, sizes in FORMS.items():
        page.emulate_media(color_scheme=theme)
        in_every_width(page, "question", theme, sizes)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["wide"])))

    step("a worker's hostile words are text")
    go(page, "#/log")
    expect(page.locator(".lines")).to_contain_text("<script>window.hacked", timeout=60_000)
    worker = page.evaluate("[...document.querySelectorAll('.lines div')].find((line) => line.textContent.includes('<script>')).children[1].textContent")
    # The CLI hands no line on that is as long as that; a log may have one all the same.
    with open(company.log(), "a") as log:
        log.write(f"2026-01-01T00:00:00.000Z [{worker}] turn-1 \x1b[2J<b>long " + "x" * 900_000 + "\n")
    lines = page.locator(".lines")
    expect(lines).to_contain_text("<b>long xxx")
    harmless(page, lines)

    step("a transcript has everything, grows, and goes back")
    kept = sorted(pathlib.Path(company.log()).parent.glob("turns/*-director.ndjson"), key=lambda path: int(path.name.split("-")[1]))[0]
    block = {"type": "tool_result", "tool_use_id": "c", "content": "\x1b[2J\x1b]0;owned\x07<b>huge \u202e" + "x" * (1 << 20)}
    with open(kept, "a") as output:
        output.write(json.dumps({"type": "user", "message": {"content": [block]}}) + "\n")
    go(page, f"#/agent/{worker}")
    transcript = page.locator(".transcript")
    expect(transcript).to_contain_text("<script>window.hacked")
    calls = transcript.locator(".entry.call")
    known = calls.count()
    expect(calls.nth(known)).to_contain_text("hostile.txt", timeout=30_000)
    harmless(page, transcript)
    fits(page, "hostile transcript")
    picture(page, "hostile")
    go(page, "#/agent/director")
    oldest = "-".join(kept.name.split("-")[:2])
    expect(transcript.locator("h4").first).to_have_text(re.compile(r"turn-\d+"))
    earlier = transcript.get_by_role("button")
    until = time.monotonic() + 60
    while transcript.locator("h4").first.text_content() != oldest or earlier.is_visible():
        assert time.monotonic() < until, transcript.locator("h4").first.text_content()
        # Turns of one session begin with the same words.
        known = transcript.locator(".entry").count()
        try:
            earlier.click(timeout=2_000)
        except Overdue:
            # What the click before asked for has come after what grew at the end, and there is nothing earlier.
            continue
        expect(transcript.locator(".entry")).not_to_have_count(known)
    expect(transcript).to_contain_text("<b>huge \\u{202E}xxx")
    expect(transcript).to_contain_text(re.compile(r"… 1,?0\d\d,?\d\d\d more bytes"))
    harmless(page, transcript)
    picture(page, "transcript")

    step("what is shown is what the journal says")
    status = same_as_journal(company, page, "at work")
    hostile = next(one for one in status["tasks"] if "<img" in one["title"])
    assert page.locator("table.rows img").count() == 0 and hostile["title"] in page.inner_text("table.rows")

    step("the tree has everybody's turn with its tokens, and what ends first comes from the status")
    go(page, "#/")
    expect(page.locator(".doing .number").first).to_contain_text("tokens", timeout=30_000)
    batch_as_a_chain(page)

    step("what a running turn may take, and how much of it is gone")
    go(page, f"#/agent/{worker}")
    bound = page.locator("dl.facts dt", has_text="This turn may take").locator("xpath=following-sibling::dd[1]")
    expect(bound).to_have_text(re.compile(r"^<?\$\d+\.\d\d of \$900\.00 \(0 %\), [\d.]+[kM] of 900\.0M tokens \(0 %\)$"))
    of_worker = next(one for one, _ in shown.everybody(company.json("status", "--json")) if one["id"] == worker)
    assert [(one["measure"], one["ceiling"]) for one in of_worker["turnCeilings"]] == [("usd", 900), ("tokens", 900_000_000)], of_worker

    step("why does a task wait? two clicks, or its number")
    waiting = next(one for one in status["tasks"] if one.get("why") and one["state"] == "waiting")
    go(page, "#/")
    page.click("nav >> text=Tasks")
    page.click(f"table.rows >> text='{waiting['id']}'")
    expect(page.locator(".why")).to_contain_text(waiting["why"])
    picture(page, "why")
    go(page, "#/log")
    page.keyboard.press("/")
    page.keyboard.type(waiting["id"].removeprefix("task-"))
    page.keyboard.press("Enter")
    expect(page.locator(".why")).to_contain_text(waiting["why"])

    step("so is who does what, what is to be merged, and what depends on what")
    everything_else(company, page, "at work")

    step("times are the reader's, and say so; the run's own sentences too")
    assert shown.told("until 2026-11-29T14:05:30.123Z", shown.instant("2026-11-29T12:00:00Z")) == "until 19:35:30"
    for route in PAGES.values():
        go(page, route)
        if route != "#/log":
            assert not shown.ISO.search(page.inner_text("body")), (route, page.inner_text("body"))
        expect(page.locator("footer")).to_contain_text(re.compile(r"Asia/(Kolkata|Calcutta) \(UTC\+5:30\)"))

    step("every page, in both themes and three widths")
    task, agent = waiting["id"], worker
    routes = {**PAGES, "task": f"#/task/{task}", "agent": f"#/agent/{agent}", "around": f"#/graph/{task}"}
    # One page is opened wide and one narrow; each is then seen in the other widths too.
    for theme, sizes in FORMS.items():
        other = browser.page(theme, sizes[0])
        other.goto(link)
        other.wait_for_selector("#figures div")
        for name, route in routes.items():
            other.set_viewport_size(dict(zip(("width", "height"), SIZES[sizes[0]])))
            go(other, route)
            ready(other, name)
            in_every_width(other, name, theme, sizes)
        other.context.close()
    browser.expect_quiet("all pages")

    step("the keyboard reaches everything")
    go(page, "#/")
    page.reload()
    page.wait_for_selector("#figures div")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label') || ''"))
    for name in ("To the content", "Replay", "Pause the run", "Timeline", "Report", "director"):
        assert name in reached, (name, reached)
    go(page, "#/tasks")
    page.reload()
    page.wait_for_selector("table.rows tr[aria-rowindex]")
    page.keyboard.press("Tab")
    assert page.evaluate("""() => { const link = document.activeElement, box = link.getBoundingClientRect();
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === link; }"""), "the way to the content is covered"
    page.keyboard.press("Enter")
    assert page.evaluate("[location.hash, document.activeElement.id]") == ["#/tasks", "page"]
    assert page.locator("table.rows tr[aria-rowindex]").count() > 0
    # A link that is followed is gone with its page, and a reader hears where it has come to.
    page.locator("table.rows a").first.press("Enter")
    expect(page.locator("#said")).to_have_text(re.compile(r"^task-\d+$"))
    assert page.evaluate("document.activeElement.id") == "page"
    # The head is drawn with the next frame.
    expect(page).to_have_title(re.compile(r"· task-\d+ ·"))

    step("pause, a server that goes away, and back again")
    go(page, f"#/agent/{worker}")
    page.fill("form.say textarea", "half a sent")
    page.click("#pause")
    page.click("dialog button.danger")
    expect(page.locator("#state")).to_contain_text("paused: the web page", timeout=60_000)
    expect(page.locator("form.say textarea")).to_have_value("half a sent")
    expect(page.locator("form.say button")).to_be_disabled()
    expect(page.locator("form.say [role=status]")).to_contain_text("The run stands still")
    assert start.wait(timeout=60) == 13
    resting = company.json("status", "--json")
    assert resting["suspension"].startswith("the web page")
    same_as_journal(company, page, "paused")
    at_rest(company, page, "paused", resting)
    assert dead.unread(company.port) > 0, "the dead browser has taken all that came"
    browser.may_lose_connection = True
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=30) == 0
    expect(page.locator("#state")).to_contain_text("The connection is lost")
    resumed = company.begin("resume")
    second, _ = company.serve()
    expect(page.locator("#state")).to_have_text("working", timeout=60_000)
    browser.may_lose_connection = False
    same_as_journal(company, page, "after the restart")

    step("what is typed in the page reaches the agent")
    go(page, f"#/agent/{worker}")
    page.fill("form.say textarea", "Take the short way. <b>Now</b>")
    page.click("form.say button")
    expect(page.locator("form.say [role=status]")).to_contain_text(re.compile(r"message-\d+"))
    expect(page.locator("#page table").first).to_contain_text("delivered", timeout=60_000)
    said = company.json("messages", "--json")
    assert [one["text"] for one in said if one["agent"] == worker and "short way" in one["text"]] == ["Take the short way. <b>Now</b>"], said
    expect(page.locator("#state")).to_contain_text("ended: complete", timeout=120_000)
    assert resumed.wait(timeout=60) == 0
    status = same_as_journal(company, page, "at the end")
    answers = {one["text"]: (one["state"], one.get("answer")) for one in status["questions"]}
    assert answers["Which colour?"] == ("defaulted", "red"), answers
    expect(page.locator(".asked")).to_have_count(0)
    at_rest(company, page, "at the end", status, is_late=True)
    step("slow browsers and a dead one have changed nothing, and who is slow no more has everything")
    browser.may_lose_connection = True
    for other in slow:
        other.release()
        expect(other.page.locator("#state")).to_contain_text("ended: complete")
        assert rows(other.page) == expected(status)
        other.page.context.close()
    browser.may_lose_connection = False
    dead.end()

    step("the timeline, by keys and by pointer")
    go(page, "#/timeline")
    expect(page.locator(".selected")).to_contain_text(f"{status['merges']['published']} changes landed")
    page.focus("canvas")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    first = page.inner_text(".selected p")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    expect(page.locator(".selected p").first).not_to_have_text(first)
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 60, steps=4)
    page.mouse.up()
    picture(page, "timeline-zoomed")

    step("a commit with its receipt")
    landed = next(one for one in status["tasks"] if one.get("commit"))
    go(page, f"#/task/{landed['id']}")
    page.click("dl.facts a code")
    expect(page.locator("#page")).to_contain_text("Verified: the gate passed on exactly this tree")
    expect(page.locator("#page")).to_contain_text(landed["commit"])
    assert landed["id"] in page.inner_text("#page section >> nth=0")
    assert page.locator(".diff .added").count() > 0
    accessibility(page, "commit")
    picture(page, "commit")
    page.locator("#page").get_by_role("link", name="gate's log").click()
    expect(page.locator("#page p").first).to_contain_text("It looked at")
    expect(page.locator("#page pre")).to_have_text("looks at it\n")
    fits(page, "gate")
    accessibility(page, "gate")
    picture(page, "gate")
    go(page, f"#/task/{landed['id']}")
    page.click("summary")
    expect(page.locator(".diff .added").first).to_be_visible()

    step("replay: the slider and the command say the same")
    go(page, "#/tasks")
    page.click("#replay-open")
    expect(page.locator("#replay-told")).to_have_text(re.compile(r"^event \d+ of"))
    last = int(page.get_attribute("#replay-range", "max"))
    replayed = company.run("replay")
    # Among them moments in the midst of merges and gates, which a page that is looked at seldom meets.
    steps = [sequence for sequence, _, kind, event in shown.events(journal(company, status)) if kind == "effectIntended" and next(iter(event["_1"])) in ("gate", "publish")]
    queued = 0
    for at in sorted({1, last // 5, last // 2, last - 3, *steps[:: max(1, len(steps) // 4)]}):
        page.evaluate("at => { const range = document.getElementById('replay-range'); range.value = at; range.dispatchEvent(new Event('input')); }", at)
        expect(page.locator("#replay-told")).to_contain_text(f"event {at} of")
        then = company.json("replay", "--at", str(at), "--json")
        expect(page.locator("body")).to_have_class("past")
        if then["tasks"]:
            assert rows(page) == expected(then), (at, rows(page), expected(then))
        figures = page.text_content("#figures")
        assert f"of {len(then['tasks'])}" in figures, (at, figures)
        everything_else(company, page, f"event {at}", then)
        by_route = json.loads(page.evaluate("async (at) => (await fetch(`/api/v1/status?at=${at}`)).text()", at))
        assert by_route == then, at
        queued += sum(len(one["candidates"]) for one in then["queues"])
        if at > 1:
            assert shown.cost(page, is_past=True) == shown.cost_then(then), (at, shown.cost(page, is_past=True), shown.cost_then(then))
            differs = shown.like_lines(shown.lines(page), shown.replayed_of(replayed, at), shown.present())
            assert differs is None, f"event {at}, log: {differs}"
    assert queued > 0
    for name, route in {**PAGES, "task": f"#/task/{task}", "agent": f"#/agent/{agent}"}.items():
        go(page, route)
        drawn(page)
    page.focus("#replay-range")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#replay-told")).to_contain_text(f"event {last - 4} of")
    accessibility(page, "replay")
    picture(page, "replay")
    page.click("#replay-leave")
    expect(page.locator("#replay")).to_be_hidden()
    same_as_journal(company, page, "back in the present")
    browser.expect_quiet("replay")

    step("the report, served and to share")
    page.click("nav >> text=Report")
    expect(page.locator("h1")).to_contain_text(status["run"])
    accessibility(page, "report")
    fits(page, "report")
    picture(page, "report")
    page.click("text=Back to the run's pages")
    page.wait_for_selector("#figures div")
    file = company.scratch / "report.html"
    company.run("report", "--html", str(file))
    html = file.read_text()
    assert not re.search(r"<script|<img|https?://(?!127\.0\.0\.1)", html.replace(status["repository"], "")), "the report needs something beside itself"
    assert "&lt;img" in html
    for words in ("Which size?", "answered by ", "the default was taken"):
        assert words in html, words
    markdown = company.run("report")
    assert "Which words?" in markdown and "Short \\<b\\>ones" in markdown and "the default was taken" in markdown, markdown
    shared = browser.page("dark", "phone")
    shared.context.set_offline(True)
    shared.goto(file.as_uri())
    expect(shared.locator("h1")).to_contain_text(status["run"])
    assert shared.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none", "its style is refused"
    accessibility(shared, "shared report")
    fits(shared, "shared report")
    picture(shared, "report-phone")
    browser.expect_quiet("the end")

    step("an earlier run, whatever has begun after it")
    runs = pathlib.Path(company.config) / "workspace" / "runs"
    shutil.copytree(runs / status["run"], runs / "2100-01-01-00-00-00", symlinks=True)
    (runs.parent / "current").write_text("2100-01-01-00-00-00\n")
    browser.may_lose_connection = True
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=30) == 0
    refused = company.begin("web", "--run", "2020-01-01-00-00-00")
    refused.stdout.read()
    assert refused.wait(timeout=30) == 64
    _, link = company.serve("--run", status["run"])
    earlier = browser.page()
    earlier.goto(link)
    expect(earlier.locator("#run")).to_have_text(status["run"])
    expect(earlier.locator("#state")).to_contain_text("ended: complete")
    assert rows(earlier) == expected(status)
    at_rest(company, earlier, "an earlier run", status, "--run", status["run"], is_late=True)
    assert earlier.locator("#pause").is_hidden()
    go(earlier, f"#/agent/{worker}")
    expect(earlier.locator(".transcript")).to_contain_text("turn ended: ")
    go(earlier, f"#/commit/{landed['commit']}")
    expect(earlier.locator("#page")).to_contain_text("Verified: the gate passed on exactly this tree")
    order = """async () => {
      const body = JSON.stringify({ id: "any", kind: "tell", agent: "director", text: "Hurry." });
      const answer = await fetch("/api/v1/orders", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      return [answer.status, (await answer.json()).error.code];
    }"""
    browser.may_be_refused = True
    assert earlier.evaluate(order) == [409, "no-engine"]
    browser.may_be_refused = False
    earlier.click("#replay-open")
    expect(earlier.locator("#replay-told")).to_contain_text(re.compile(f"event {last} of {last}"))
    browser.expect_quiet("an earlier run")


main(whole)
