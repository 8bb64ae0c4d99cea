// The same as bench-intake in Node, as a supervisor in Node would do it: lines from pipes, read as JSON, written to the agent's own file.
//
//   node intake.mjs FOLDER CHILDREN SOURCE
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createWriteStream } from "node:fs";
import { once } from "node:events";

const [folder, children, source] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const start = process.hrtime.bigint();
let lines = 0;

async function follow(number) {
    const file = createWriteStream(`${folder}/node-${number}`, { flush: false });
    await once(file, "open");
    // Only now, so that its lines are asked for before it can have ended: Node's iterator never ends otherwise.
    const child = spawn("cat", [source], { stdio: ["ignore", "pipe", "inherit"] });
    let calls = 0;
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
        const event = JSON.parse(line);
        for (const block of event.message?.content ?? []) if (block.type === "tool_use") calls++;
        lines++;
        if (!file.write(line + "\n")) await once(file, "drain");
    }
    file.end();
    await once(file, "finish");
    return calls;
}

await Promise.all(Array.from({ length: children }, (_, number) => follow(number)));
const usage = process.cpuUsage();
console.log(JSON.stringify({
    seconds: Number(process.hrtime.bigint() - start) / 1e9, processorSeconds: (usage.user + usage.system) / 1e6, lines,
}));
