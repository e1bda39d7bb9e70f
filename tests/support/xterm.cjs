// Plays what a program wrote, and changes of the size, to xterm.js; prints its rows with scrollback.
const { Terminal } = require("@xterm/headless");

async function main() {
  let input = "";
  for await (const piece of process.stdin) input += piece;
  const { columns, rows, steps } = JSON.parse(input);
  const terminal = new Terminal({ cols: columns, rows, scrollback: 10000, allowProposedApi: true });
  for (const step of steps) {
    if (typeof step === "string") await new Promise((done) => terminal.write(step, done));
    else terminal.resize(step[0], step[1]);
  }
  const buffer = terminal.buffer.active;
  const text = [];
  for (let at = 0; at < buffer.baseY + terminal.rows; at++) {
    const line = buffer.getLine(at);
    const row = line.translateToString(true);
    if (line.isWrapped) text[text.length - 1] += row;
    else text.push(row);
  }
  process.stdout.write(JSON.stringify(text.map((row) => row.trimEnd())));
}

main();
