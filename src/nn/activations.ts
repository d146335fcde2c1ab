import type { Tensor } from '../tensor/tensor';
import { Layer } from './module';

/** max(0, x) */
export class ReLU extends Layer {
  forward(input: Tensor): Tensor {
    return input.relu();
  }
}

/** x where x > 0, else `negativeSlope` · x */
export class LeakyReLU extends Layer {
  constructor(readonly negativeSlope = 0.01) {
    super();
  }

  forward(input: Tensor): Tensor {
    return input.leakyRelu(this.negativeSlope);
  }
}

export class Tanh extends Layer {
  forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

export class Sigmoid extends Layer {
  forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}
