import type { NextConfig } from 'next';

const config: NextConfig = {
  serverExternalPackages: ['libtorch-generative'], // native: it is loaded from node_modules, not bundled
};

export default config;
