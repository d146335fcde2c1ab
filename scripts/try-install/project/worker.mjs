// The training in a worker thread, while this thread's timer goes on.
import { Worker } from 'node:worker_threads';

let ticks = 0;
const timer = setInterval(() => ticks++, 5);
const worker = new Worker(new URL('./train.mjs', import.meta.url));
const status = await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
clearInterval(timer);
console.log(`worker ended with ${status}, ${ticks > 5 ? 'the timer went on' : `only ${ticks} ticks`}`);
