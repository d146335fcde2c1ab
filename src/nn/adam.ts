import { checkNumber } from '../check';
import { invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import { type NativeAdam, native } from '../native/addon';
import { noGrad } from '../tensor/autograd';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import type { StateDict } from './state-dict';

/** The numbers of {@link Adam}. */
export interface AdamOptions {
  /** Learning rate, at least 0; default 1e-3. */
  lr?: number;
  /** Decays of the first and the second moment, each from 0 to below 1; default [0.9, 0.999]. */
  betas?: [number, number];
  /** Added to the root of the second moment; default 1e-8. */
  eps?: number;
  /** L2 penalty: this part of each parameter is added to its gradient; default 0. */
  weightDecay?: number;
}

/**
 * Adam as `torch.optim.Adam(..., fused=True)` computes it, to the last bit.
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
   * An optimizer of a model's parameters.
   *
   * @param parameters as {@link Module.parameters} gives them; they are changed in place
   * @throws ERR_INVALID_ARGUMENT for no parameters or a number out of its range
   */
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

  /** The learning rate, which may be changed between steps. */
  get lr(): number {
    return this.#lr;
  }
  /** Takes effect at the next step. @throws ERR_INVALID_ARGUMENT below 0 */
  set lr(lr: number) {
    checkNumber('lr', lr, { min: 0 });
    this.#lr = lr;
    this.#native.setLearningRate(lr);
  }

  /** Forgets the gradients that `backward()` left in the parameters. */
  zeroGrad(): void {
    this.#native.zeroGrad();
  }

  /**
   * One update of the parameters; those without a gradient stay.
   *
   * @param gradients one a parameter, in their order, as {@link grad} gives them; default those that `backward()` left
   * @throws ERR_INVALID_ARGUMENT or ERR_SHAPE if they don't fit the parameters
   */
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
          `Expected ${name} of shape ${shapeText(tensor.shape)} in the state of an Adam over ${this.#numParameters} parameters`,
        );
      }
    }
    noGrad(() => {
      for (const [name, tensor] of Object.entries(own)) tensor.copy_(state[name]!);
    });
  }

  /** Frees the moments; after that every use throws ERR_DISPOSED. */
  dispose(): void {
    this.#native.dispose();
  }

  /** As {@link Adam.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
