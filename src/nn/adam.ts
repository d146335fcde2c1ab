import { type Checks, checkNumber, readArray, readOptions, within } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { type NativeAdam, native } from '../native/addon';
import type { Handle } from '../native/handle';
import { noGrad } from '../tensor/autograd';
import { Tensor } from '../tensor/tensor';
import { checkTensor, handlesOf } from '../tensor/tensor-memory';
import { readState, type StateDict } from './state-dict';

/** Options of {@link Adam}. */
export interface AdamOptions {
  /** Learning rate, at least 0. Default 1e-3. */
  lr?: number | undefined;
  /** Decay rates of the first and second moment, each at least 0 and below 1. Default [0.9, 0.999]. */
  betas?: readonly [number, number] | undefined;
  /** Added to the square root of the second moment. Default 1e-8. */
  eps?: number | undefined;
  /** L2 penalty: this fraction of each parameter is added to its gradient. Default 0. */
  weightDecay?: number | undefined;
}

const CHECKS: Checks<AdamOptions> = {
  lr: within({ min: 0 }),
  betas: (name, value) => readBetas(name, value as [number, number]),
  eps: within({ min: 0 }),
  weightDecay: within({ min: 0 }),
};

/**
 * The Adam optimizer, bit-identical to `torch.optim.Adam(..., fused=True)`.
 *
 * @see https://arxiv.org/abs/1412.6980
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
 * @example
 * ```ts
 * import { Adam, grad, Linear, manualSeed, mseLoss, ones, scope, zeros } from 'libtorch-generative';
 *
 * manualSeed(7);
 * const model = new Linear(3, 1);
 * const optimizer = new Adam(model.parameters(), { lr: 0.05 });
 * const losses: number[] = [];
 * for (let step = 0; step < 200; step++) {
 *   scope(() => {
 *     const loss = mseLoss(model.forward(ones([8, 3])), zeros([8, 1]));
 *     optimizer.step(grad(loss, model.parameters())); // or: optimizer.zeroGrad(); loss.backward(); optimizer.step();
 *     losses.push(loss.item());
 *   });
 * }
 * console.log(losses.at(-1)! < 0.01 * losses[0]!); // true
 * ```
 */
export class Adam {
  readonly #native: NativeAdam;
  readonly #numParameters: number;
  #lr: number;

  /**
   * Creates an optimizer for a model's parameters.
   *
   * @param parameters as {@link Module.parameters} returns them; they are updated in place. Parameters whose
   *   `requiresGrad` is false are not changed.
   * @throws ERR_INVALID_ARGUMENT if there are no parameters, one appears twice or was computed from other tensors, none
   *   requires a gradient, or a number is out of range
   */
  constructor(parameters: Tensor[], options: AdamOptions = {}) {
    const handles = readParameters(parameters);
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = readOptions(options, CHECKS);
    const [beta1, beta2] = readBetas('betas', betas);
    this.#native = new (native().Adam)(handles, { lr, beta1, beta2, eps, weightDecay });
    this.#numParameters = handles.length;
    this.#lr = lr;
  }

  /** The learning rate; it may be changed between steps. */
  get lr(): number {
    return this.#lr;
  }
  /** Sets the learning rate from the next step on. @throws ERR_INVALID_ARGUMENT if it is below 0 */
  set lr(lr: number) {
    checkNumber('lr', lr, { min: 0 });
    this.#lr = lr;
    this.#native.setLearningRate(lr);
  }

  /** Clears the gradients that `backward()` left in the parameters. */
  zeroGrad(): void {
    this.#native.zeroGrad();
  }

  /**
   * Updates the parameters once; those without a gradient are not changed.
   *
   * @param gradients one per parameter, in the same order, as {@link grad} returns them. Default: the gradients that
   *   `backward()` left.
   * @throws ERR_INVALID_ARGUMENT or ERR_SHAPE if the gradients do not match the parameters
   */
  step(gradients?: Tensor[]): void {
    this.#native.step(gradients === undefined ? undefined : handlesOf('gradients', gradients));
  }

  /** Returns steps and moments, named by the parameter's position as in PyTorch: `state.0.exp_avg`. */
  stateDict(): StateDict {
    const { step, expAvg, expAvgSq } = this.#native.state();
    const named = (name: string, handles: number[]) =>
      handles.map((handle, index) => [`state.${index}.${name}`, new Tensor(handle)]);
    return Object.fromEntries([...named('step', step), ...named('exp_avg', expAvg), ...named('exp_avg_sq', expAvgSq)]);
  }

  /** Restores a state from {@link Adam.stateDict}. @throws ERR_CHECKPOINT if it does not fit this optimizer */
  loadStateDict(state: StateDict): void {
    const own = Object.entries(this.stateDict());
    const shapes = new Map(own.map(([name, { shape }]) => [name, shape]));
    const values = readState(state, shapes, `an Adam over ${this.#numParameters} parameters`);
    noGrad(() => {
      for (const [name, tensor] of own) tensor.copy_(values[name]!);
    });
  }

  /** Frees the moments; using the optimizer afterwards throws ERR_DISPOSED. */
  dispose(): void {
    this.#native.dispose();
  }

  /** Same as {@link Adam.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function readBetas(name: string, betas: readonly [number, number]): [number, number] {
  const decays = readArray(name, betas, within({ min: 0, below: 1 }), 'an array of two numbers');
  if (decays.length !== 2) throw invalidArgument(name, 'an array of two numbers', betas);
  return decays as [number, number];
}

/** Returns the handles of parameters, checked to be trainable. */
function readParameters(parameters: Tensor[]): Handle[] {
  const tensors = readArray('parameters', parameters, checkTensor, 'an array of Tensors');
  if (tensors.length === 0) {
    throw new LibtorchGenerativeError(
      'ERR_INVALID_ARGUMENT',
      'Expected at least one Tensor for parameters but received none: a Module cannot see tensors in private fields ' +
        '(#name) or in objects of other classes',
    );
  }
  const positions = new Map<Tensor, number>();
  for (const [index, tensor] of tensors.entries()) {
    const name = `parameters[${index}]`;
    if (positions.has(tensor)) {
      throw invalidArgument(name, `a Tensor other than parameters[${positions.get(tensor)}]`, tensor);
    }
    positions.set(tensor, index);
    if (tensor.requiresGrad && !native().isTrainable(tensor.handle)) {
      throw invalidArgument(name, 'a leaf Tensor, not one computed from others,', tensor);
    }
  }
  if (tensors.some((tensor) => tensor.requiresGrad)) return tensors.map((tensor) => tensor.handle);
  throw invalidArgument('parameters', 'at least one Tensor that requires a gradient', parameters);
}
