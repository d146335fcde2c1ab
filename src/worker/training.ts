// The thread of a training with the option `worker`. Its other side is src/training/train-in-worker.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { sendError } from '../pool/sent-error';
import { sendGanResult } from '../training/gan-result';
import type { TrainMdnRnnOptions } from '../training/mdn-rnn-options';
import { sendMdnRnnResult } from '../training/mdn-rnn-result';
import type { Progress } from '../training/options';
import { trainGan } from '../training/train-gan';
import { trainMdnRnn } from '../training/train-mdn-rnn';
import type { TrainingRun } from '../training/training-run';
import type { Answer, Notice, Request, Sent, WorkerTask } from '../training/worker-protocol';
import type { WorkProgress } from '../work';
import { giveWay } from './give-way';

const NOTICE_EVERY_MS = 50;

const { kind, options, wants } = workerData as WorkerTask;
const port = parentPort!;
const stop = new AbortController();

const onProgress = sparingly(
  (progress: Progress) => tell({ type: 'progress', progress }),
  ({ batch, batches }) => batch === batches,
);
const onWork = sparingly(
  (progress: WorkProgress) => tell({ type: 'work', progress }),
  ({ done, total }) => done === total,
);
const onWarning = (message: string) => tell({ type: 'warning', message });

giveWay(10);
const callbacks = { onWarning, ...(wants.progress && { onProgress }), ...(wants.work && { onWork }) };
const given = { ...options, ...callbacks, signal: stop.signal };
if (kind === 'gan') serve(trainGan(given), sendGanResult);
else serve(trainMdnRnn(given as TrainMdnRnnOptions), sendMdnRnnResult);

/** Answers the caller's requests; the thread ends with the last answer. */
function serve<Epoch extends object, Result>(
  training: TrainingRun<Epoch, Result>,
  send: (result: Result) => Sent<object>,
): void {
  const epochs = training[Symbol.asyncIterator]();
  const next = async () => {
    const { done, value } = await epochs.next();
    if (!done) return tell({ type: 'answer', result: { done: false, value } });
    const { data, memory } = send(await training.result);
    tellLast({ type: 'answer', result: { done: true, value: data } }, memory);
  };
  const leave = async () => {
    await epochs.return();
    tellLast({ type: 'answer', result: { done: true, value: undefined } });
  };
  port.on('message', (request: Request) => {
    if (request === 'abort') return stop.abort();
    (request === 'next' ? next : leave)().catch((error) => {
      const isAborted = stop.signal.aborted && error === stop.signal.reason;
      tellLast(isAborted ? { type: 'aborted' } : { type: 'failed', error: sendError(error) });
    });
  });
}

function tell(message: Notice | Answer<object, object | undefined>, memory: ArrayBuffer[] = []): void {
  port.postMessage(message, memory);
}

function tellLast(...message: Parameters<typeof tell>): void {
  tell(...message);
  port.close();
}

/** Leaves out most calls, except last ones: a message for each batch would keep the caller's thread busy. */
function sparingly<Value>(call: (value: Value) => void, isLast: (value: Value) => boolean): (value: Value) => void {
  let calledAtMs = Number.NEGATIVE_INFINITY;
  return (value) => {
    if (performance.now() - calledAtMs < NOTICE_EVERY_MS && !isLast(value)) return;
    calledAtMs = performance.now();
    call(value);
  };
}
