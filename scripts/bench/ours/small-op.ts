import type { Step } from '../serve';
import type { SmallOp } from '../work';
import { lib } from './package';

export function smallOpOf({ count }: SmallOp): Step {
  const x = lib.randn([8, 8]);
  return () => {
    for (let i = 0; i < count; i++) x.relu().dispose();
  };
}
