import * as api from '../../src';
import { exported, instances } from './recipes';
import { alternatives, type Shape } from './shape';

/** A value that is passed, and how failures name it. */
export interface Junk {
  name: string;
  value: unknown;
}

class Foreign {
  handle = 0;
}

/** Values of every kind, made anew for each call, that few parameters take. */
export function junk(): Junk[] {
  return [...plain(), ...objects(), ...hostile(), ...buffers(), ...arrays()];
}

function plain(): Junk[] {
  const numbers = [-1, 1.5, 1e9, 2 ** 53, 1e308, Number.NaN, Infinity].map((value) => ({ name: `${value}`, value }));
  return [
    { name: 'undefined', value: undefined },
    { name: 'null', value: null },
    ...numbers,
    { name: '""', value: '' },
    { name: '"no/such"', value: 'no/such' },
    { name: '"a\\0b"', value: 'a\0b' },
    { name: 'a string of 100000', value: 'x'.repeat(100_000) },
    { name: 'true', value: true },
    { name: '7n', value: 7n },
    { name: '2n ** 70n', value: 2n ** 70n },
    { name: 'a symbol', value: Symbol('junk') },
    { name: 'a function', value: () => undefined },
  ];
}

function objects(): Junk[] {
  return [
    { name: '{ other: 1 }', value: { other: 1 } },
    { name: 'an object without prototype', value: Object.assign(Object.create(null), { other: 1 }) },
    { name: 'a class instance', value: new Foreign() },
    { name: 'a Linear', value: new api.Linear(2, 2) },
    { name: 'a Map', value: new Map([['lr', 1]]) },
    { name: 'a Date', value: new Date(0) },
    { name: 'a Promise', value: Promise.resolve(1) },
    { name: 'new Number(1)', value: new Number(1) },
  ];
}

function hostile(): Junk[] {
  const fail = () => {
    throw new Error('hostile');
  };
  const traps = new Proxy({}, { get: () => fail });
  const conversion = { toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail };
  const revoked = (target: object) => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  return [
    { name: 'a Proxy that throws', value: new Proxy({}, traps) },
    { name: 'a Proxy of an array that throws', value: new Proxy([], traps) },
    {
      name: 'a Proxy of a function that throws',
      value: new Proxy(() => {}, { ...traps, get: fail, getPrototypeOf: fail }),
    },
    { name: 'a revoked Proxy', value: revoked({}) },
    { name: 'a revoked Proxy of an array', value: revoked([]) },
    { name: 'an object that does not convert', value: conversion },
    { name: 'an array that does not iterate', value: Object.assign([1, 2], { [Symbol.iterator]: fail, map: fail }) },
  ];
}

function buffers(): Junk[] {
  const detached = (array: Float32Array | Float64Array | Uint8Array) => {
    structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
    return array;
  };
  const liar = Object.defineProperty(new Float64Array(2), 'length', { value: 1e9 });
  return [
    { name: 'a detached Float32Array', value: detached(new Float32Array(4)) },
    { name: 'a detached Float64Array', value: detached(new Float64Array(4)) },
    { name: 'a detached Uint8Array', value: detached(new Uint8Array(4)) },
    { name: 'a shared Float32Array', value: new Float32Array(new SharedArrayBuffer(16)) },
    { name: 'a shared Float64Array', value: new Float64Array(new SharedArrayBuffer(32)) },
    { name: 'a shared Uint8Array', value: new Uint8Array(new SharedArrayBuffer(4)) },
    { name: 'an empty Float64Array', value: new Float64Array() },
    { name: 'a Float64Array that lies about its length', value: liar },
    { name: 'a Proxy of a Float64Array', value: new Proxy(new Float64Array(2), {}) },
    { name: 'a DataView', value: new DataView(new ArrayBuffer(8)) },
    { name: 'an ArrayBuffer', value: new ArrayBuffer(8) },
  ];
}

function arrays(): Junk[] {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const elements: [string, unknown[]][] = [
    ['[]', []],
    ['[null]', [null]],
    ['["a"]', ['a']],
    ['[{}]', [{}]],
    ['[[1]]', [[1]]],
    ['[-1]', [-1]],
    ['[1.5]', [1.5]],
    ['[NaN]', [Number.NaN]],
    ['[1e9]', [1e9]],
    ['[1e9, 1e9, 1e9]', [1e9, 1e9, 1e9]],
    ['[2 ** 53]', [2 ** 53]],
    ['[1e308]', [1e308]],
    ['[a symbol]', [Symbol('junk')]],
    ['an array in itself', cyclic],
    ['an array with a hole', Object.assign([1, 2, 3], { length: 4 })],
    ['new Array(2 ** 32 - 1)', new Array(2 ** 32 - 1)],
  ];
  return elements.map(([name, value]) => ({ name, value }));
}

/** What is wrong with this type in particular: impostors of a class, tensors that don't fit. */
export function junkFor(shape: Shape): Junk[] {
  return alternatives(shape).flatMap((each) => {
    if (each.kind === 'array')
      return junkFor(each.of).map(({ name, value }) => ({ name: `[${name}]`, value: [value] }));
    if (each.kind !== 'instance') return [];
    const { name } = each;
    const type = exported[name] as { prototype: object } | undefined;
    const impostors = type
      ? [
          { name: `an object with ${name}'s prototype`, value: Object.create(type.prototype) },
          { name: `a Proxy of a ${name}`, value: new Proxy(instances[name]!() as object, {}) },
        ]
      : [];
    return [...impostors, ...(name === 'Tensor' ? tensors() : []), ...disposed(name)];
  });
}

function tensors(): Junk[] {
  const { ones } = api;
  return [
    { name: 'an empty Tensor', value: ones([0]) },
    { name: 'a Tensor of shape ()', value: ones([]) },
    { name: 'a Tensor of shape (1, 1, 1, 1, 1)', value: ones([1, 1, 1, 1, 1]) },
    { name: 'a Tensor of int64', value: ones([2, 3], { dtype: 'int64' }) },
    { name: 'a Tensor of bool', value: ones([2, 3], { dtype: 'bool' }) },
    { name: 'a Tensor of float16', value: ones([2, 3], { dtype: 'float16' }) },
    { name: 'a Tensor that requires a gradient', value: ones([2, 3], { requiresGrad: true }) },
    { name: 'a Tensor of NaN', value: api.full([2, 3], Number.NaN) },
  ];
}

/** An instance after dispose(), where its class has that. */
function disposed(name: string): Junk[] {
  const instance = instances[name]?.() as { dispose?: () => void } | undefined;
  if (typeof instance?.dispose !== 'function') return [];
  instance.dispose();
  return [{ name: `a disposed ${name}`, value: instance }];
}
