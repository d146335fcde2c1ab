import { allBackArrows, backArrows } from '../../scripts/kernel-rooms';

test('no kernel includes one above it', () => expect(allBackArrows()).toEqual([]));

test('an include that leads up, or out of the kernels, is found', () => {
  const source =
    '#include <cmath>\n#include "tanh_slice.h"\n#include "../vectors/simd.h"\n#include "../../old_glibc.h"\n';
  const path = 'binding/kernels/elementwise/tanh.cc';
  expect(backArrows(path, source)).toEqual([]);
  expect(backArrows(path, `${source}  # include "../products/gemm.h"\n#include "../../convert.h"\n`)).toEqual([
    `${path} includes binding/kernels/products/gemm.h`,
    `${path} includes binding/convert.h`,
  ]);
});

test('a folder that is not listed has no place above or below', () => {
  const include = '#include "a.h"';
  expect(backArrows('binding/kernels/attention/a.cc', include)).toHaveLength(1);
  expect(backArrows('binding/kernels/gru/a.cc', '#include "../attention/a.h"')).toHaveLength(1);
  expect(backArrows('binding/kernels/a.cc', include)).toHaveLength(1);
});
