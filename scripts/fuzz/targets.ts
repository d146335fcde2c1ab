import type { Target } from './target';
import { checkpoint } from './targets/checkpoint';
import { csv } from './targets/csv';
import { csvTime } from './targets/csv-time';
import { idx } from './targets/idx';
import { pictures } from './targets/pictures';
import { runFolder } from './targets/run-folder';
import { safetensors } from './targets/safetensors';

/** What `npm run fuzz` and the tests try. */
export const TARGETS: Target[] = [idx, pictures, csv, csvTime, safetensors, checkpoint, runFolder];
