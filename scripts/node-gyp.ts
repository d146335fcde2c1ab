#!/usr/bin/env tsx
// What prebuildify runs in place of node-gyp: cmake-js, for the libtorch that the environment names. prebuildify's own
// arguments are left out: the headers are node-api-headers', whatever the version of Node.
import { compileAddon } from './addon';

compileAddon(process.env.LIBTORCH!, process.cwd());
