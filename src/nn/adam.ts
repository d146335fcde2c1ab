import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { type NativeAdam, native } from '../native/addon';
import { noGrad } from '../tensor/autograd';
import { handleOf, Tensor } from '../tensor/tensor';
import { checkNumber } from './check';
import type { StateDict } from './module';

export interface AdamOptions {
  /** Learning rate; default 1e-3. */
  lr?: number;
  /** Decays of the moments; default [0.9, 0.999]. */
  betas?: [number, number];
  /** Default 1e-8. */
  eps?: number;
  /** L2 penalty; default 0. */
  weightDecay?: number;
}

/**
 * Adam as `torch.optim.Adam(..., fused=True)` computes it, to the last bit.
 *
 * @see https://arxiv.org/abs/1412.6980
 */
export class Adam {
  readonly #native: NativeAdam;
  readonly #numParameters: number;
  #lr: number;

  constructor(
    parameters: Tensor[],
    { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 }: AdamOptions = {},
  ) {
    if (!Array.isArray(parameters) || parameters.length === 0) {
      throw invalidArgument('parameters', 'an array of at least one Tensor', parameters);
    }
    checkNumber('lr', lr, { min: 0 });
    checkNumber('betas[0]', betas[0], { min: 0, below: 1 });
    checkNumber('betas[1]', betas[1], { min: 0, below: 1 });
    checkNumber('eps', eps, { min: 0 });
    checkNumber('weightDecay', weightDecay, { min: 0 });
    const options = { lr, beta1: betas[0], beta2: betas[1], eps, weightDecay };
    this.#native = new (native().Adam)(parameters.map(handleOf), options);
    this.#numParameters = parameters.length;
    this.#lr = lr;
  }

  get lr(): number {
    return this.#lr;
  }
  set lr(lr: number) {
    checkNumber('lr', lr, { min: 0 });
    this.#lr = lr;
    this.#native.setLearningRate(lr);
  }

  /** Forgets the gradients that `backward()` left in the parameters. */
  zeroGrad(): void {
    this.#native.zeroGrad();
  }

  /** One update by `gradients`, one a parameter, or by those that `backward()` left; parameters without one stay. */
  step(gradients?: Tensor[]): void {
    this.#native.step(gradients?.map(handleOf));
  }

  /** Steps and moments, named `state.0.exp_avg` after the parameter's position as in PyTorch. */
  stateDict(): StateDict {
    const { step, expAvg, expAvgSq } = this.#native.state();
    const named = (name: string, handles: number[]) =>
      handles.map((handle, index) => [`state.${index}.${name}`, new Tensor(handle)]);
    return Object.fromEntries([...named('step', step), ...named('exp_avg', expAvg), ...named('exp_avg_sq', expAvgSq)]);
  }

  /** Continues from {@link Adam.stateDict}. @throws ERR_CHECKPOINT if it is another optimizer's */
  loadStateDict(state: StateDict): void {
    const own = this.stateDict();
    for (const [name, tensor] of Object.entries(own)) {
      if (!state[name] || String(state[name].shape) !== String(tensor.shape)) {
        throw new LibtorchGenerativeError(
          'ERR_CHECKPOINT',
          `Expected ${name} of shape (${tensor.shape}) in the state of an Adam over ${this.#numParameters} parameters`,
        );
      }
    }
    noGrad(() => {
      for (const [name, tensor] of Object.entries(own)) tensor.copy_(state[name]!);
    });
  }

  /** Frees the moments. */
  dispose(): void {
    this.#native.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
