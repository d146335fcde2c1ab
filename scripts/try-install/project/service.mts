// The package's own worker threads, from TypeScript that Node reads by itself.
import { closeInference, type GanEpoch, trainGan } from 'libtorch-generative';

const epochs: GanEpoch[] = [];
const training = trainGan({ data: 'noise', epochs: 2, worker: true });
for await (const epoch of training) epochs.push(epoch);
const { generator } = await training.result;
const samples: Float32Array = await generator.sample({ count: 2, seed: 1 });
await closeInference();
console.log(`${epochs.length} epochs, ${samples.length} numbers from a worker`);
