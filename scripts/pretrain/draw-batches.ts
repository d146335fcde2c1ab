/** Writes batches of new series to standard output, as fast as they are read: `draw-batches.ts SEED SIZE`. */
import { once } from 'node:events';
import { drawBatch } from './batch';
import { Random } from './random';

async function main(): Promise<void> {
  const [seed, size] = process.argv.slice(2).map(Number);
  const random = new Random(seed!);
  process.stdout.on('error', () => process.exit()); // the training has ended
  for (;;) {
    const bytes = Buffer.from(drawBatch(random, size!).buffer);
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
  }
}

void main();
