/** Writes batches of new series to standard output, as fast as they are read: `draw-batches.ts KIND SEED SIZE`. */
import { once } from 'node:events';
import type { PretrainedKind } from '../../src/training/pretrained';
import { drawBatch } from './batch';
import { Random } from './random';

async function main(): Promise<void> {
  const [kind, seed, size] = process.argv.slice(2);
  const random = new Random(Number(seed));
  process.stdout.on('error', () => process.exit()); // the training has ended
  for (;;) {
    const bytes = Buffer.from(drawBatch(random, kind as PretrainedKind, Number(size)).buffer);
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
  }
}

void main();
