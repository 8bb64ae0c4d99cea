"""What the pages show, read back from them, and the same as the program's other doors tell it.

Each view has a reader, which looks at what a person sees, and its likeness, made of what `cco status --json`, `cco replay --json`,
`cco report --cost --json`, `cco logs`, `cco replay` or the journal's file say.
"""

import contextlib
import datetime
import decimal
import json
import math
import os
import re
import shutil
import sqlite3
import tempfile
import zoneinfo

from browser import Page, ZONE, go

ISO = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def money(dollars: float) -> str:
    if 0 < dollars < 0.01:
        return "<$0.01"
    return f"${decimal.Decimal(repr(dollars)).quantize(decimal.Decimal('0.01'), decimal.ROUND_HALF_UP):,}"


def tokens(count: int) -> str:
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{math.floor(count / size * 10) / 10:.1f}{name}"
    return str(count)


def duration(milliseconds: int) -> str:
    seconds = max(0, milliseconds // 1000)
    for size, name, part, rest in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            return f"{seconds // size} {name} {seconds % size // part:02} {rest}"
    return f"{seconds} s"


def instant(iso: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(iso.replace("Z", "+00:00"))


def local(time: datetime.datetime, now: datetime.datetime) -> str:
    """As a person in the browsers' zone reads it."""
    here, today = (one.astimezone(zoneinfo.ZoneInfo(ZONE)) for one in (time, now))
    if here.date() == today.date():
        return f"{here:%H:%M:%S}"
    year = f", {here.year}" if here.year != today.year else ""
    return f"{here:%b} {here.day}{year}, {here:%H:%M:%S}"


def told(text: str, now: datetime.datetime) -> str:
    """A sentence of the run with its times as that person reads them."""
    return ISO.sub(lambda match: local(instant(match[0]), now), text)


def present() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


# Readers of tables

CELLS = """(table) => {
  const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent);
  return [...table.querySelectorAll('tbody tr:not(.space)')].map((row) => Object.fromEntries([...row.cells].map((cell, index) => [heads[index], cell.textContent.trim()])));
}"""

CARD = """(title) => {
  const cells = %s;
  const card = [...document.querySelectorAll('#page section.card')].find((one) => one.querySelector('h2').textContent === title);
  if (!card) return null;
  const table = card.querySelector(':scope > .scroll table');
  return { rows: table ? cells(table) : [], facts: Object.fromEntries([...card.querySelectorAll(':scope > dl.facts dt')].map((name) => [name.textContent, name.nextElementSibling.textContent])) };
}""" % CELLS


def card(page: Page, title: str) -> dict:
    return page.evaluate(CARD, title) or {"rows": [], "facts": {}}


# The company

def everybody(status: dict) -> list[tuple[dict, str]]:
    """Each agent with its team; the Director first, and once."""
    director = status["director"]
    others = [(one, team["id"]) for team in status["teams"] for one in [team["lead"], *team["members"]] if one["id"] != director["id"]]
    return [(director, ""), *others]


def tree(page: Page) -> list:
    go(page, "#/")
    page.wait_for_selector("ul.tree li")
    return page.evaluate("""() => [...document.querySelectorAll('ul.tree > li')].map((item) => {
      const head = item.querySelector(':scope > p.team');
      const spans = head ? [...head.querySelectorAll(':scope > span')].map((one) => one.textContent) : [];
      return { head: head && [head.querySelector('a').textContent, ...spans], agents: [...item.querySelectorAll('.agent')].map((one) =>
        [one.querySelector('a').textContent, one.querySelector('[role=img]').getAttribute('aria-label'), one.querySelector('.does').firstChild.textContent]) };
    })""")


def tree_of(status: dict, _=None) -> list:
    def agent(one):
        return [one["id"], "working" if one["state"] == "working" else "idle", one.get("brief", "idle")]

    def team(one):
        lead = [one["lead"]] if one["lead"]["id"] != status["director"]["id"] else []
        busy = sum(member["state"] == "working" for member in one["members"])
        head = [one["id"], one["stage"], one.get("goal") or "", f"{busy} of {len(one['members'])} at work"]
        return {"head": head, "agents": [agent(member) for member in lead + one["members"]]}
    return [{"head": None, "agents": [agent(status["director"])]}, *map(team, status["teams"])]


def agents(page: Page) -> list:
    go(page, "#/agents")
    page.wait_for_selector("table.agents tbody tr[aria-rowindex]")
    rows = page.eval_on_selector("table.agents", CELLS)
    return [[row["Agent"], row["State"], row["Team"], row["Turns"], row["Cost"], row["Tokens"] if row["State"] != "working" else "", row["What it does"]] for row in rows]


def agents_of(status: dict, now=None) -> list:
    """What the tools do at this moment the journal does not know: of who works only the beginning is compared."""
    def row(one, team):
        is_working = one["state"] == "working"
        all_tokens = tokens(one["tokens"]) if "tokens" in one and not is_working else ""
        waits = f" waits: {told(one['waits'], now or present())}" if one.get("waits") else ""
        return [one["id"], one["state"], team, str(one["turns"]), money(one["costUsd"] + one.get("turnUsd", 0)), all_tokens, one.get("brief", "") + waits]
    return [row(*one) for one in everybody(status)]


def like_agents(seen: list, wanted: list) -> bool:
    def alike(one, other):
        return one[:6] == other[:6] and (one[6].startswith(other[6]) if one[1] == "working" else one[6] == other[6])
    return len(seen) == len(wanted) and all(map(alike, seen, wanted))


# The merge queues

def queue(page: Page) -> dict:
    go(page, "#/queue")
    page.get_by_role("heading", name="Merge queue", exact=True).wait_for()
    queues = page.evaluate("""() => {
      const cells = %s;
      return [...document.querySelectorAll('#page section.card h3')].map((head) => {
        let next = head.nextElementSibling;
        while (next && !next.matches('.scroll')) next = next.nextElementSibling;
        return [head.textContent, cells(next.querySelector('table')).map((row) => [row.State, row.What, row.Why])];
      });
    }""" % CELLS)
    return {"queues": queues, "landed": sorted([row["Commit"], row["Task"], row["When"]] for row in card(page, "Landed last")["rows"])}


def queue_of(status: dict, now=None) -> dict:
    now = now or present()

    def row(one):
        what = one["what"]
        if "task" in one:
            what = f"{one['task']} {what.replace(one['task'] + ': ', '', 1)}"
        has_log = one.get("gateRun") or re.search(r"/[\w-]+-[0-9a-f]+\.log$", one.get("gateLog") or "")
        return [one["state"], what, (told(one["why"], now) + (" gate's log" if has_log else "")).strip()]
    landed = [one for one in status["tasks"] if one.get("commit")]
    return {
        "queues": [[f"into {one['target']}", [row(candidate) for candidate in one["candidates"]]] for one in status["queues"]],
        "landed": sorted([one["commit"][:10], f"{one['id']} {one['title']}", local(instant(one["settledAt"]["iso"]), now)] for one in landed),
    }


# The graph

def graph(page: Page) -> dict:
    """Nodes by what they say, and edges by where their lines begin and end."""
    go(page, "#/graph")
    page.locator(".graph svg, .graph p:not(:text('Loading'))").first.wait_for()
    return page.evaluate("""() => {
      const nodes = [...document.querySelectorAll('.graph a.node')].map((node) => {
        const box = node.querySelector('rect');
        const [x, y, wide, high] = ['x', 'y', 'width', 'height'].map((name) => Number(box.getAttribute(name)));
        return { id: node.getAttribute('href').replace('#/task/', ''), label: node.getAttribute('aria-label'), from: `${x + wide} ${y + high / 2}`, to: `${x} ${y + high / 2}` };
      });
      const edges = [...document.querySelectorAll('.graph path.edge')].map((edge) => {
        const [first, last] = [/^M([\\d.]+ [\\d.]+)C/, /([\\d.]+ [\\d.]+)$/].map((place) => place.exec(edge.getAttribute('d'))[1]);
        return `${nodes.find((one) => one.from === first)?.id} ${nodes.find((one) => one.to === last)?.id}`;
      });
      return { nodes: nodes.map((one) => one.label).sort(), edges: edges.sort() };
    }""")


def graph_of(status: dict, now=None) -> dict:
    now = now or present()
    all_tasks = status["tasks"]
    why = {one["id"]: f", {told(one['why'], now)}" if one.get("why") else "" for one in all_tasks}
    return {
        "nodes": sorted(f"{one['id']}, {one['title']}: {one['state']}{why[one['id']]}" for one in all_tasks),
        "edges": sorted(f"{name} {one['id']}" for one in all_tasks for name in one["dependsOn"]),
    }


# What it costs

def cost(page: Page, is_past: bool = False) -> dict:
    go(page, "#/cost")
    if not is_past:
        page.get_by_role("heading", name="By purpose", exact=True).wait_for()
    spending = card(page, "Spending")["facts"]
    seen = {
        "run": [spending[name] for name in ("Cost", "Turns", "Input", "Cache written", "Cache read", "Output")],
        "credentials": sorted([row["Name"], row["Turns"], row["Cost"]] for row in card(page, "Credentials")["rows"]),
        "tasks": sorted([row["Task"], row["Cost"]] for row in card(page, "Dearest tasks")["rows"]),
        "agents": sorted([row["Agent"], row["Turns"], row["Cost"]] for row in card(page, "Dearest agents")["rows"]),
    }
    if is_past:
        return seen
    return seen | {name: sorted(list(row.values()) for row in card(page, f"By {name}")["rows"]) for name in ("role", "purpose", "team", "model")}


def spending_of(total: dict, budget: float | None) -> list:
    kinds = [f"{tokens(total['tokens'][name])} tokens" for name in ("input", "cacheWrite", "cacheRead", "output")]
    return [money(total["costUsd"]) + (f" of {money(budget)}" if budget else ""), str(total["turns"]), *kinds]


# Roles and purposes as the page calls them.
NAMES = {
    "director": "Director", "engineerManager": "engineering managers", "worker": "workers", "rework": "rework after review",
    "gate-fix": "mending a red gate", "conflict": "resolving conflicts", "plan": "planning", "coordinate": "deciding",
}


def cost_of(report: dict, status: dict) -> dict:
    """By `cco report --cost --json`; the status has only the budget, and who there is that has cost nothing."""
    titles = {one["id"]: one["title"] for one in status["tasks"]}
    names = {one["id"] for one, _ in everybody(status)}
    spent = {one["name"]: [str(one["turns"]), money(one["costUsd"])] for one in report["byAgent"]}

    def parts(name):
        return sorted([NAMES.get(one["name"], one["name"]), str(one["turns"]), tokens(one["tokens"]["total"]), money(one["costUsd"])] for one in report[name])
    return {
        "run": spending_of(report["total"], status["spending"].get("budgetUsd")),
        "credentials": sorted([one["name"], str(one["turns"]), money(one["costUsd"])] for one in report["byCredential"]),
        "tasks": sorted([f"{one['name']} {titles[one['name']]}", money(one["costUsd"])] for one in report["byTask"] if one["costUsd"] > 0),
        "agents": sorted([name, *spent.get(name, ["0", "$0.00"])] for name in names),
        "role": parts("byRole"), "purpose": parts("byPurpose"), "team": parts("byTeam"), "model": parts("byModel"),
    }


def cost_then(status: dict) -> dict:
    """Of an earlier moment, by its status."""
    everyone = [one for one, _ in everybody(status)]
    return {
        "run": spending_of({**status["spending"]}, status["spending"].get("budgetUsd")),
        "credentials": sorted([one["name"], str(one["turns"]), money(one["costUsd"])] for one in status["credentials"]),
        "tasks": sorted([f"{one['id']} {one['title']}", money(one["costUsd"])] for one in status["tasks"] if one["costUsd"] > 0),
        "agents": sorted([one["id"], str(one["turns"]), money(one["costUsd"])] for one in everyone),
    }


# The log

def lines(page: Page) -> list:
    go(page, "#/log")
    page.wait_for_selector(".lines > *")
    return page.evaluate("""() => [...document.querySelectorAll('.lines > div')].map((line) => {
      const [time, source, text] = line.children;
      return [time.querySelector('time').dateTime, source.textContent, text.className, text.textContent];
    })""")


def lines_of(log: str) -> list:
    """Entries of a `combined.log`, the newest 1,500."""
    found = []
    for line in log.split("\n"):
        if line.startswith("    ") and found:
            found[-1][3] += "\n" + line[4:]
            continue
        parts = line.split(" ", 2)
        if len(parts) != 3 or not parts[1].startswith("["):
            continue
        found.append([parts[0], parts[1][1:-1], "", parts[2]])
    return [entry(*one) for one in found[-1_500:]]


def replayed_of(text: str, sequence: int) -> list:
    """The lines that `cco replay` prints for the 400 events up to one."""
    found = []
    for line in text.rstrip("\n").split("\n"):
        match = re.match(r"(\d+) (\d\d:\d\d:\d\d) \[([^\]]*)\] (.*)", line)
        if match is None:
            found[-1][1] += "\n" + line
            continue
        found.append([int(match[1]), match[4], match[2], match[3]])
    return [entry(time, source, "", text) for number, text, time, source in found if sequence - 400 < number <= sequence][-1_500:]


def entry(time: str, source: str, kind: str, text: str) -> list:
    is_event = re.search(r" event=\S+$", text)
    if is_event:
        text = text[: is_event.start()]
    for name, style in (("warning", "warn"), ("error", "bad")):
        if text.startswith(name + ": "):
            text, kind = text[len(name) + 2:], style
    return [time, source, kind, text]


def end_of(log: str) -> str:
    """What of a log a server reads that comes when it is there."""
    return log.encode()[-(512 << 10):].decode(errors="replace")


def like_lines(seen: list, wanted: list, now: datetime.datetime, least: list | None = None) -> str | None:
    """What differs first. A text that is made harmless or shorter on its way is not compared. With `least` there may be fewer, but not fewer than those."""
    if least is not None and len(least) <= len(seen) < len(wanted):
        wanted = wanted[len(wanted) - len(seen):]
    if len(seen) != len(wanted):
        return f"{len(seen)} lines, not {len(wanted)}"
    for one, other in zip(seen, wanted):
        time = one[0] if "T" in other[0] else one[0][11:19]
        # A line has no milliseconds on the page.
        is_alike = time[:19] == other[0][:19] and one[1:3] == other[1:3]
        is_changed = any(ord(letter) < 32 and letter != "\n" or 127 <= ord(letter) < 160 or ord(letter) in range(0x202A, 0x206A) for letter in other[3])
        if not is_changed and "/agents/" not in other[3] and len(other[3]) < 4_000:
            is_alike = is_alike and one[3] in (other[3], told(other[3], now))
        if not is_alike:
            return f"{one} is not {other}"
    return None


# The timeline

def spans(page: Page) -> list:
    """What is told of every span as the keys go along all rows."""
    go(page, "#/timeline")
    page.locator(".selected p").filter(has_text=re.compile(r"\d+ turns, gates|Show this moment")).first.wait_for()
    return page.evaluate("""async () => {
      const canvas = document.querySelector('canvas');
      // The page has asked for its frame by the time at which this one is asked for, and is drawn first.
      const frame = () => new Promise(requestAnimationFrame);
      const press = async (key) => { canvas.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); await frame(); };
      const read = () => {
        const told = document.querySelector('.selected p');
        return { lane: told.querySelector('strong').textContent, from: told.querySelector('time').dateTime, shown: told.querySelector('time').textContent, text: told.textContent };
      };
      const all = [];
      await press('0');
      for (let row = 0; row < 500; row += 1) canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
      let lane = null;
      while (true) {
        await press('Home');
        const first = read();
        if (first.lane === lane) return all;
        lane = first.lane;
        let last = null;
        for (let next = first; next.text !== last; next = read()) { all.push(next); last = next.text; await press('ArrowRight'); }
        await press('ArrowDown');
      }
    }""")


def events(file: str) -> list[tuple]:
    """Number, time, kind and body of each, from a copy: cco opens its journal alone."""
    with tempfile.TemporaryDirectory() as folder:
        for name in (file, file + "-wal"):
            if os.path.exists(name):
                shutil.copy(name, folder)
        with contextlib.closing(sqlite3.connect(f"{folder}/{os.path.basename(file)}")) as journal:
            rows = journal.execute("SELECT seq, time, kind, body FROM event ORDER BY seq").fetchall()
    return [(sequence, time, kind, json.loads(body)[kind]) for sequence, time, kind, body in rows]


def spans_of(file: str, now: datetime.datetime) -> list:
    """The same from the journal's file: every turn, merge, gate and publication, with its beginning, length and end."""
    ends = {"reported": "done", "silent": "no report", "unfit": "no report", "credential": "limit", "overBudget": "budget", "sessionMissing": "no session"}
    found, running, targets, base = [], {}, {}, ""
    for _, time, kind, event in events(file):
        if kind == "runStarted":
            base = event["_1"]["targetBranch"]
        elif kind == "candidateQueued":
            targets[event["_0"]["id"]] = event["_0"]["target"].get("team", {}).get("_0", base)
        elif kind == "turnStarted":
            turn = event["_0"]
            running[turn["id"]] = [turn["agent"], turn["id"], time]
        elif kind == "turnEnded":
            name = next(iter(event["_1"]["end"]))
            found.append([*running.pop(event["_0"]), time, ends.get(name, name)])
        elif kind == "effectIntended":
            step, facts = next(iter(event["_1"].items()))
            if step in ("merge", "gate", "publish"):
                running[event["_0"]] = [f"{step} {targets[facts['_0']]}", facts["_0"], time]
            elif step == "baseline":
                running[event["_0"]] = [f"gate {base}", "baseline", time]
            elif step == "quickGate":
                running[event["_0"]] = ["quick gate", facts["_0"], time]
        elif kind in ("effectDone", "effectDropped") and event["_0"] in running:
            found.append([*running.pop(event["_0"]), time, None])
        elif kind == "ended":
            found += [[*one, time, "stopped"] for one in running.values()]
            running = {}
    found += [[*one, None, None] for one in running.values()]

    def likeness(lane, name, begun, over, end):
        iso = datetime.datetime.fromtimestamp(begun / 1000, datetime.timezone.utc)
        return [lane, name, iso.isoformat(timespec="milliseconds").replace("+00:00", "Z"), local(iso, now), duration(over - begun) if over else "goes on", end]
    return sorted(map(lambda one: likeness(*one), found), key=lambda one: one[:4])


def like_spans(seen: list, wanted: list) -> str | None:
    """What differs first. The end of a merge or gate is its verdict, which the span's own events do not tell."""
    def parsed(one):
        match = re.search(r": \D*?[^(]*?, (goes on|(?:\d+ \w+ )?\d+ \w+)(?:, ([a-z ]+))? \(([\w-]+)\) (?:gate's log )?Show this moment$", one["text"])
        return [one["lane"], match[3], one["from"], one["shown"], match[1], match[2]]
    all_seen = sorted(map(parsed, seen), key=lambda one: one[:4])
    if len(all_seen) != len(wanted):
        return f"{len(all_seen)} spans, not {len(wanted)}: {[one for one in all_seen if one[:3] not in [other[:3] for other in wanted]]} {[one for one in wanted if one[:3] not in [other[:3] for other in all_seen]]}"
    for one, other in zip(all_seen, wanted):
        if one[:5] != other[:5] or (other[5] is not None and one[5] != other[5]):
            return f"{one} is not {other}"
    return None
