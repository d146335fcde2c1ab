// Our side: the same work as pytorch/contestant.py.
import { type Step, serve } from '../serve';
import type { Work } from '../work';
import { ganStepOf, mnistEpochOf } from './gan';
import { gruStepOf } from './gru';
import { forecastOf, mdnRnnStepOf } from './mdn-rnn';
import { lib } from './package';
import { smallOpOf } from './small-op';

function prepare(work: Work): Step {
  switch (work.kind) {
    case 'gan-step':
      return ganStepOf(work);
    case 'mnist-epoch':
      return mnistEpochOf(work);
    case 'mdn-rnn-step':
      return mdnRnnStepOf(work);
    case 'forecast':
      return forecastOf(work);
    case 'gru':
      return gruStepOf(work);
    case 'small-op':
      return smallOpOf(work);
  }
}

serve(prepare, lib.setNumThreads);
