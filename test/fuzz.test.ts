import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { mutations } from '../scripts/fuzz/mutations';
import { temporaryFolder } from '../scripts/fuzz/target';
import { TARGETS } from '../scripts/fuzz/targets';

const [NUM_INPUTS, SEED] = [300, 1];

// The short form of `npm run fuzz`, always with the same inputs.
describe.each(TARGETS)('$name', (target) => {
  let folder: string;
  let valid: Uint8Array[];
  beforeAll(async () => {
    folder = temporaryFolder();
    valid = await target.prepare(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('valid inputs are read', async () => {
    for (const input of valid) expect(await target.read(folder, input)).toBe(true);
  });

  test('mutated inputs are read or refused with a code', async () => {
    const inputs = mutations(valid, target.words);
    const reads = fc.asyncProperty(inputs, async (input) => void (await target.read(folder, input)));
    await fc.assert(reads, { numRuns: NUM_INPUTS, seed: SEED });
  });
});
