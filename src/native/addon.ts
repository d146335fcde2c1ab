import { type ErrorCode, LibtorchGenerativeError } from '../errors';
import type { DType, Handle, TypedArray } from './handle';
import { loadAddon } from './load';
import type { Ops } from './ops.generated';

/** A native layer: owns its parameters, which keep their handles when they are given other memory. */
export interface NativeModule {
  parameters(): Record<string, Handle>;
  /** After the parameters were given other memory, where it matters: into one piece again. */
  flattenParameters?(): void;
  dispose(): void;
}

export interface NativeLinear extends NativeModule {
  forward(input: Handle): Handle;
}

/** A linear layer and the activation after it; the slope is leakyRelu's. */
export interface NativeLink {
  linear: NativeLinear;
  activation: 'none' | 'relu' | 'leakyRelu' | 'tanh' | 'sigmoid';
  slope: number;
}

export interface NativeLinearChain {
  forward(input: Handle): Handle;
}

export interface NativeGRU extends NativeModule {
  /** `[output (B, T, H), hidden (L, B, H)]` */
  forward(input: Handle, hidden?: Handle): [Handle, Handle];
  /** hidden (L, B, H) alone */
  lastHidden(input: Handle, hidden?: Handle): Handle;
}

export interface NativeAdam {
  step(gradients?: Handle[]): void;
  zeroGrad(): void;
  state(): { step: Handle[]; expAvg: Handle[]; expAvgSq: Handle[] };
  setLearningRate(lr: number): void;
  dispose(): void;
}

/** A kernel's calls on this thread, and those of libtorch's code instead although the kernel takes such tensors. */
export interface KernelCalls {
  ours: number;
  /** libtorch's, since in the trial our bits were others. */
  differing: number;
  /** libtorch's, since there are too many shapes to remember another's trial. */
  forgotten: number;
}

/** Opaque: passed to the functions that draw random numbers. */
export type NativeRandomGenerator = object;

/** What binding/ exports besides the operators; the order of arguments is the C++ code's. */
export interface Addon extends Ops {
  setErrorFactory(makeError: (code: ErrorCode, message: string) => Error): void;
  operatorSchemas(): Record<string, string>;

  fromTypedArray(data: TypedArray, shape?: number[]): Handle;
  /** The elements as they lie in memory, in row-major order. */
  fromBytes(bytes: Uint8Array, dtype: DType, shape: number[]): Handle;
  toBytes(tensor: Handle): Uint8Array<ArrayBuffer>;
  toTypedArray(tensor: Handle): TypedArray;
  item(tensor: Handle): number | boolean;
  shape(tensor: Handle): number[];
  numel(tensor: Handle): number;
  dtype(tensor: Handle): DType;
  device(tensor: Handle): 'cpu' | `cuda:${number}`;
  isContiguous(tensor: Handle): boolean;
  dispose(tensor: Handle): void;
  isAlive(tensor: Handle): boolean;
  /** Gives the tensor and its gradient other memory; whole numbers keep their dtype. */
  moveTo(tensor: Handle, dtype?: DType, device?: string): void;
  openScope(): void;
  closeScope(kept: Handle[]): void;
  keep(tensor: Handle): void;
  memory(): { tensors: number; bytes: number; scopes: number };

  backward(loss: Handle, retainGraph?: boolean): void;
  grad(loss: Handle, inputs: Handle[], retainGraph?: boolean, createGraph?: boolean): Handle[];
  gradOf(tensor: Handle): Handle | undefined;
  setGrad(tensor: Handle, gradient: Handle | undefined): void;
  /** "AddBackward0" for what an operator made. */
  gradientFunction(tensor: Handle): string | undefined;
  requiresGrad(tensor: Handle): boolean;
  /** Whether it is alive, a leaf of the graph, and requires a gradient. */
  isTrainable(tensor: Handle): boolean;
  setRequiresGrad(tensor: Handle, requiresGrad: boolean): void;
  setGradEnabled(enabled: boolean): boolean;

  /** The rows of data (N, ...) that `order` (N) has from `start` to `end`. */
  selectRows(data: Handle, order: Handle, start: number, end: number): Handle;
  /** Bytes to float32 in [-1, 1]. */
  dataOfPixels(pixels: Handle): Handle;

  /** On a CUDA device one that begins where libtorch's for it is. */
  RandomGenerator: new (
    device?: string,
  ) => NativeRandomGenerator;
  /** The thread draws from these, and they hold what it drew from until they are exchanged again. */
  exchangeGenerators(cpu: NativeRandomGenerator, cuda?: NativeRandomGenerator): void;
  manualSeed(seed: number | bigint, generator?: NativeRandomGenerator): void;
  /** Of the thread's own generator, or with a CUDA device's name of libtorch's for it. */
  generatorState(generator?: NativeRandomGenerator | string): Uint8Array;
  setGeneratorState(state: Uint8Array, generator?: NativeRandomGenerator | string): void;
  randomSeed(generator?: NativeRandomGenerator): bigint;
  randn(size: number[], generator?: NativeRandomGenerator, dtype?: DType, device?: string): Handle;
  rand(size: number[], generator?: NativeRandomGenerator, dtype?: DType, device?: string): Handle;
  randperm(n: number, generator?: NativeRandomGenerator, device?: string): Handle;
  bernoulli(probabilities: Handle, generator?: NativeRandomGenerator): Handle;
  multinomial(weights: Handle, numSamples: number, replacement: boolean, generator?: NativeRandomGenerator): Handle;

  numThreads(): number;
  setNumThreads(numThreads: number): void;
  cpuCapability(): string;
  /** For tests: of the kernels that stand in for libtorch's code where they give the same bits. */
  kernelCalls(): Record<'adam' | 'bce' | 'mean' | 'normal' | 'product' | 'sigmoid' | 'tanh', KernelCalls>;
  cudaIsBuilt(): boolean;
  cudaDeviceCount(): number;

  Linear: new (inFeatures: number, outFeatures: number, bias: boolean) => NativeLinear;
  LinearChain: new (links: NativeLink[]) => NativeLinearChain;
  /** For tests: `a b + bias` by a kernel that stands in for libtorch's where it gives the same bits. */
  orderedProduct(a: Handle, b: Handle, bias: Handle | undefined, order: number[][] | 'avx2' | 'avx512'): Handle;
  GRU: new (inputSize: number, hiddenSize: number, numLayers: number, exact: boolean) => NativeGRU;
  bceLoss(input: Handle, target: Handle): Handle;
  bceWithLogitsLoss(input: Handle, target: Handle): Handle;
  mixtureNll(raw: Handle, target: Handle, varianceFloor: number): Handle;
  /** A number, or undefined if there is no kernel for such tensors. */
  mdnRnnNll(parameters: Handle[], input: Handle, target: Handle, varianceFloor: number): Handle | undefined;
  /** (paths, horizon), or undefined if there is no kernel for such tensors. */
  rollOut(
    parameters: Handle[],
    history: Handle,
    known: Handle | undefined,
    options: { horizon: number; paths: number; varianceFloor: number; temperature: number; seed: number },
  ): Handle | undefined;
  /** A step's random numbers: (2, paths), uniform and normal ones. */
  pathNoise(seed: number, step: number, paths: number): Handle;
  /** (B, N) in float64, for levels (N) above 0 and below 1. */
  mixtureQuantiles(means: Handle, variances: Handle, logWeights: Handle, levels: Handle): Handle;
  sampleMixture(raw: Handle, varianceFloor: number, temperature: number, generator?: NativeRandomGenerator): Handle;
  Adam: new (
    parameters: Handle[],
    options: { lr: number; beta1: number; beta2: number; eps: number; weightDecay: number },
  ) => NativeAdam;
}

let addon: Addon | undefined;

/** The add-on, loaded with its libtorch at the first call, so that importing the package needs neither. */
export function native(): Addon {
  if (!addon) {
    addon = loadAddon() as Addon;
    addon.setErrorFactory((code, message) => new LibtorchGenerativeError(code, message));
  }
  return addon;
}
