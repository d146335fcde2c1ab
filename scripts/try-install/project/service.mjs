// The package's own worker threads: a training, and answers.
import { closeInference, trainGan } from 'libtorch-generative';

const { generator } = await trainGan({ data: 'noise', epochs: 2, worker: true }).result;
const samples = await generator.sample({ count: 2, seed: 1 });
await closeInference();
console.log(`${samples.length} numbers from a worker`);
