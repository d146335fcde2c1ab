// Tensors outside scopes, dropped and never disposed of: the collector must free them, by itself when they are large.
const { memory, ones } = require('../../../lib');

const turn = () => new Promise((resolve) => setImmediate(resolve));
const MEBIBYTE = 2 ** 20;

async function collectedSmallOnes() {
  const before = memory();
  for (let i = 0; i < 5000; i++) ones([10]).add(1);
  const made = memory().tensors - before.tensors;
  for (let i = 0; i < 20 && memory().tensors > before.tensors; i++) {
    global.gc();
    await turn();
  }
  return { made, left: memory().tensors - before.tensors, leftBytes: memory().bytes - before.bytes };
}

/** 4 GiB altogether, without asking for a collection: V8 must know how much each small object holds. */
async function largestWithLargeOnes() {
  let largest = 0;
  for (let i = 0; i < 1024; i++) {
    ones([MEBIBYTE]);
    await turn();
    largest = Math.max(largest, process.memoryUsage().rss / MEBIBYTE);
  }
  return largest;
}

async function main() {
  const small = await collectedSmallOnes();
  process.stdout.write(JSON.stringify({ small, largestMiB: await largestWithLargeOnes() }));
}

main();
