// A supervisor in Node with so many children that all wait: each a process with pipes, whose lines it would read.
//
//   node waiting.mjs CHILDREN
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const children = Array.from({ length: Number(process.argv[2]) }, () => {
    const child = spawn("cat", [], { stdio: ["pipe", "pipe", "ignore"] });
    const lines = createInterface({ input: child.stdout });
    const state = { child, lines, count: 0 };
    lines.on("line", () => state.count++);
    return state;
});
await Promise.all(children.map(({ child }) => new Promise((done) => child.once("spawn", done))));
console.log("ready");
process.on("SIGTERM", () => {
    for (const { child } of children) child.kill("SIGKILL");
    process.exit(0);
});
setInterval(() => {}, 1 << 30);
