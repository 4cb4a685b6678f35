export * from './configure.ts';
export * from './load-modules.ts';
export * from './serve-in-process.ts';
export { nodeFiles } from './world/files.ts';
export * from './world/logs.ts';
export { nodeNetwork } from './world/network.ts';
export * from './world/node-world.ts';
export { platformWord } from './world/system-facts.ts';
