// An ES module: the same as draw.cjs.
import { Linear, manualSeed, randn, scope } from 'libtorch-generative';

manualSeed(7);
const numbers = scope(() => Array.from(randn([3]).toArray(), (number) => number.toFixed(4)));
const shape = scope(() => new Linear(3, 2).forward(randn([5, 3])).shape);
console.log(numbers.join(' '), shape.join(' × '));
