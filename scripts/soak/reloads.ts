// A watched run that is replaced under load, by a damaged one every tenth time: each answer must be that of a whole model.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeInference, type LoadedRun, memory, trainGan, watchRun } from 'libtorch-generative';
import { runPart } from './part';

const folder = mkdtempSync(join(tmpdir(), 'soak-'));
const [NUM_RUNS, CLIENTS, DAMAGED_EVERY] = [3, 8, 10];

async function trained(seed: number): Promise<string> {
  const out = join(folder, `run-${seed}`);
  const { generator, discriminator } = await trainGan({ data: 'noise', epochs: 1, hidden: 32, out, seed }).result;
  generator.dispose();
  discriminator.dispose();
  return out;
}

function generatorOf(current: LoadedRun) {
  if (current.kind !== 'gan') throw new Error('Expected a GAN');
  return current.generator;
}

async function run(count: number): Promise<string[]> {
  const problems: string[] = [];
  const runs = await Promise.all(Array.from({ length: NUM_RUNS }, (_, seed) => trained(seed)));
  const live = join(folder, 'live');
  cpSync(runs[0]!, live, { recursive: true });
  let [numDamaged, isOver] = [0, false];
  const watched = watchRun(live, { everyMs: 1e6, onError: () => numDamaged++ });
  const expected = new Map<string, number>();
  for (const each of runs) {
    const other = watchRun(each, { everyMs: 1e6 });
    expected.set(other.current.checksum, sumOf(generatorOf(other.current).sampleSync({ seed: 5 })));
    other.close();
  }
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      const { current } = watched;
      const answer = sumOf(await generatorOf(current).sample({ seed: 5 }));
      if (answer !== expected.get(current.checksum)) problems.push(`wrong answer of ${current.checksum}`);
    }
  });
  for (let reload = 1; reload <= count; reload++) {
    const isDamaged = reload % DAMAGED_EVERY === 0;
    if (isDamaged) writeFileSync(join(live, 'model.safetensors'), `damaged ${reload}`);
    else cpSync(join(runs[reload % NUM_RUNS]!, 'model.safetensors'), join(live, 'model.safetensors'));
    if (watched.check() === isDamaged) problems.push(`reload ${reload}: ${isDamaged ? 'taken' : 'not taken'}`);
    await new Promise(setImmediate);
  }
  isOver = true;
  await Promise.all(clients);
  watched.close();
  if (numDamaged !== Math.floor(count / DAMAGED_EVERY)) problems.push(`${numDamaged} damaged files were noticed`);
  for (const each of [...runs, live]) rmSync(each, { recursive: true });
  return problems;
}

function sumOf(numbers: Float32Array): number {
  return numbers.reduce((sum, number, index) => sum + number * (index % 7), 0);
}

void runPart({ warmUp: 1000, run, numTensors: () => memory().tensors })
  .then(closeInference)
  .finally(() => rmSync(folder, { recursive: true }));
